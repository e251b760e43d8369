import { type Classifier, type ClassifierInfo, HwgqError } from '../../../client/index.ts';
import type { TaughtClass } from '../../../teach/train-head.ts';
import { byId } from '../../shared/dom.ts';
import { formatMilliseconds } from '../../shared/format.ts';
import type { Notices } from '../../shared/notices.ts';
import type { ModelOffer } from '../../shared/shipped-models.ts';
import { squareOfFile } from '../square.ts';
import { type CardSurroundings, TaughtClassCard } from './taught-class-card.ts';
import { teach } from './teaching.ts';

/** Functions that the panel needs from the page. */
export interface TeachingSurroundings extends Pick<CardSurroundings, 'shown' | 'isMoving'> {
  readonly classifier: () => Classifier | undefined;
  /** Returns the model that the classifier runs. */
  readonly running: () => ModelOffer;
  /** Loads a model. Resolves to its info, or to undefined after reporting a failure. */
  readonly run: (offer: ModelOffer) => Promise<ClassifierInfo | undefined>;
}

/** Teaches the visitor's own classes by example: retrains the last layer of the running network. */
export class TeachingPanel {
  readonly #list = byId('taught-classes', HTMLElement);
  readonly #status = byId('teach-status', HTMLElement);
  readonly #teach = byId('teach-start', HTMLButtonElement);
  readonly #save = byId('save-taught', HTMLAnchorElement);
  readonly #surroundings: TeachingSurroundings;
  readonly #notices: Notices;
  #cards: readonly TaughtClassCard[] = [];
  /** Number of classes created so far, so that numbers are not reused. */
  #count = 0;
  #isTeaching = false;

  constructor(notices: Notices, surroundings: TeachingSurroundings) {
    this.#notices = notices;
    this.#surroundings = surroundings;
    this.#add();
    this.#add();
    byId('add-class', HTMLButtonElement).addEventListener('click', () => this.#add().focus());
    this.#teach.addEventListener('click', () => void this.#learn());
  }

  #add(): TaughtClassCard {
    const card = new TaughtClassCard(++this.#count, {
      shown: this.#surroundings.shown,
      isMoving: this.#surroundings.isMoving,
      onChange: () => this.#showState(),
      onRemove: (removed) => this.#remove(removed),
      onFiles: (target, files) => void this.#addFiles(target, files),
    });
    this.#cards = [...this.#cards, card];
    this.#list.append(card.element);
    this.#showState();
    return card;
  }

  #remove(card: TaughtClassCard): void {
    this.#cards = this.#cards.filter((other) => other !== card);
    card.element.remove();
    byId('add-class', HTMLButtonElement).focus();
    this.#showState();
  }

  async #addFiles(card: TaughtClassCard, files: readonly File[]): Promise<void> {
    for (const file of files) {
      try {
        card.add(await squareOfFile(file));
      } catch (error) {
        this.#notices.show(`“${file.name}” cannot be used as an example`, error);
      }
    }
  }

  #showState(): void {
    const lacking = this.#cards.filter(({ examples }) => examples.length === 0);
    this.#teach.disabled = this.#isTeaching || this.#cards.length < 2 || lacking.length > 0;
    if (this.#isTeaching) return;
    if (this.#cards.length < 2) this.#status.textContent = 'Add at least two classes.';
    else if (lacking.length > 0) {
      this.#status.textContent = `${lacking.map(({ label }) => label).join(', ')}: no examples yet. About 20 per class work well.`;
    } else this.#status.textContent = 'Ready to learn.';
  }

  async #learn(): Promise<void> {
    const { classifier, running, run } = this.#surroundings;
    const network = classifier();
    if (!network) return;
    const base = running().base ?? running();
    const start = performance.now();
    this.#isTeaching = true;
    this.#showState();
    try {
      const classes = await this.#look(network);
      this.#status.textContent = 'Learning…';
      const file = await teach(base, classes);
      const labels = classes.map(({ label }) => label);
      const source = new Blob([file], { type: 'application/octet-stream' });
      const info = await run({ title: 'Yours', knows: labels.join(', '), source, fileName: 'taught.hwgq', base });
      this.#isTeaching = false;
      this.#showState();
      if (!info) return;
      this.#offer(source);
      const count = classes.reduce((sum, { examples }) => sum + examples.length, 0);
      const time = formatMilliseconds(performance.now() - start);
      this.#status.textContent = `Learned from ${count} examples in ${time}. Show it something.`;
    } catch (error) {
      this.#isTeaching = false;
      this.#showState();
      const changed = new HwgqError('invalid-option', 'Another network was chosen in the meantime. Press Teach again.');
      this.#notices.show('Nothing was learned', network === classifier() ? error : changed);
    }
  }

  /** Extracts the network's features of all examples. */
  async #look(network: Classifier): Promise<readonly TaughtClass[]> {
    const cards = this.#cards.map(({ label, examples }) => ({ label, examples: [...examples] }));
    const twice = cards.find(({ label }, index) => cards.findIndex((other) => other.label === label) !== index);
    if (twice) throw new HwgqError('invalid-option', `Two classes are named “${twice.label}”. Rename one of them.`);
    const count = cards.reduce((sum, { examples }) => sum + examples.length, 0);
    let done = 0;
    const classes: TaughtClass[] = [];
    for (const { label, examples } of cards) {
      const features: Float32Array[] = [];
      for (const example of examples) {
        features.push(await network.features(example));
        this.#status.textContent = `Processing example ${++done} of ${count}…`;
      }
      classes.push({ label, examples: features });
    }
    return classes;
  }

  #offer(file: Blob): void {
    URL.revokeObjectURL(this.#save.href);
    this.#save.href = URL.createObjectURL(file);
    this.#save.download = 'taught.hwgq';
    this.#save.hidden = false;
  }
}
