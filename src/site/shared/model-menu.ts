import { byId, create } from './dom.ts';
import type { ModelOffer } from './shipped-models.ts';

/** A radio group of models. A visitor's own model is appended at the end. */
export class ModelMenu {
  readonly #menu = byId('model-menu', HTMLElement);
  readonly #inputs = new Map<ModelOffer, HTMLInputElement>();
  readonly #onChoose: (offer: ModelOffer) => void;
  #own: ModelOffer | undefined;

  constructor(offers: readonly ModelOffer[], onChoose: (offer: ModelOffer) => void) {
    this.#onChoose = onChoose;
    for (const offer of offers) this.#add(offer);
  }

  /** Checks the radio button of the running model. */
  mark(offer: ModelOffer): void {
    if (!this.#inputs.has(offer)) this.#replaceOwn(offer);
    const input = this.#inputs.get(offer);
    if (input) input.checked = true;
  }

  #replaceOwn(offer: ModelOffer): void {
    if (this.#own) {
      this.#inputs.get(this.#own)?.parentElement?.remove();
      this.#inputs.delete(this.#own);
    }
    this.#own = offer;
    this.#add(offer);
  }

  #add(offer: ModelOffer): void {
    const choice = create('label', 'model-choice');
    const input = create('input');
    input.type = 'radio';
    input.name = 'model';
    input.addEventListener('change', () => this.#onChoose(offer));
    choice.append(input, create('strong', '', offer.title), create('small', '', offer.knows));
    this.#menu.append(choice);
    this.#inputs.set(offer, input);
  }
}
