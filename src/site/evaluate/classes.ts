import type { Evaluation } from '../../tools/evaluation/evaluation.ts';
import { byId, create } from '../shared/dom.ts';
import { formatCount, formatShare } from '../shared/format.ts';

/** Maximum number of confused pairs listed. */
const MOST_PAIRS = 8;

/** Shows the accuracy of each class and the most confused pairs. */
export class ClassResults {
  readonly #rows = byId('class-rows', HTMLElement);
  readonly #pairs = byId('confused-pairs', HTMLElement);
  readonly #onOpen: (actual: number, predicted: number) => void;

  /** @param onOpen called with the pair whose pictures the visitor opens. */
  constructor(onOpen: (actual: number, predicted: number) => void) {
    this.#onOpen = onOpen;
  }

  show(evaluation: Evaluation, labels: readonly string[]): void {
    const rows = evaluation
      .perClass()
      .filter(({ pictures }) => pictures > 0)
      .map(({ index, pictures, correct }) => {
        const row = create('tr');
        const name = create('th', '', labels[index]);
        name.scope = 'row';
        const bar = create('td', 'class-bar');
        const fill = create('span', 'score-fill');
        fill.style.setProperty('--score', String(correct / pictures));
        const track = create('span', 'score-track');
        track.append(fill);
        bar.append(track);
        row.append(
          name,
          bar,
          create('td', '', formatShare(correct / pictures)),
          create('td', '', formatCount(pictures)),
        );
        return row;
      });
    this.#rows.replaceChildren(...rows);
    this.#showPairs(evaluation, labels);
  }

  #showPairs(evaluation: Evaluation, labels: readonly string[]): void {
    const pairs = evaluation.confusedPairs(MOST_PAIRS);
    // Reuse the buttons while counts change, so that keyboard focus is kept.
    while (this.#pairs.children.length > pairs.length) this.#pairs.lastElementChild?.remove();
    for (const [place, { actual, predicted, pictures }] of pairs.entries()) {
      let button = this.#pairs.children[place]?.querySelector('button');
      if (!button) {
        const item = create('li');
        button = create('button', 'pair');
        button.type = 'button';
        item.append(button);
        this.#pairs.append(item);
      }
      button.replaceChildren(
        create('strong', '', formatCount(pictures)),
        ` ${labels[actual]} classified as ${labels[predicted]}`,
      );
      button.onclick = () => this.#onOpen(actual, predicted);
    }
  }
}
