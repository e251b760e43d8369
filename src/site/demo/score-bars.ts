import type { Classification } from '../../client/index.ts';
import { create } from '../shared/dom.ts';
import { formatPercent } from '../shared/format.ts';

/** Networks with at most this many classes show all of them in a fixed order; others show the best ones, best first. */
const MOST_BARS = 10;

interface Bar {
  readonly row: HTMLLIElement;
  readonly label: HTMLSpanElement;
  readonly fill: HTMLSpanElement;
  readonly value: HTMLSpanElement;
}

/** Shows the scores as a list of bars. */
export class ScoreBars {
  readonly #list: HTMLElement;
  #bars: readonly Bar[] = [];
  #labels: readonly string[] | undefined;

  constructor(list: HTMLElement) {
    this.#list = list;
  }

  /** Creates empty bars for these classes. */
  reset(labels: readonly string[]): void {
    this.#labels = labels.length <= MOST_BARS ? labels : undefined;
    this.#bars = Array.from({ length: Math.min(MOST_BARS, labels.length) }, createBar);
    this.#list.replaceChildren(...this.#bars.map(({ row }) => row));
    this.clear();
  }

  clear(): void {
    for (const [place, bar] of this.#bars.entries()) setBar(bar, this.#labels?.[place] ?? '', undefined, false);
  }

  show({ categories, scores }: Classification): void {
    const best = categories[0]?.index;
    for (const [place, bar] of this.#bars.entries()) {
      if (this.#labels) setBar(bar, this.#labels[place] ?? '', scores?.[place], place === best);
      else setBar(bar, categories[place]?.label ?? '', categories[place]?.score, place === 0);
    }
  }
}

function createBar(): Bar {
  const row = create('li', 'score');
  const label = create('span', 'score-label');
  const track = create('span', 'score-track');
  const fill = create('span', 'score-fill');
  const value = create('span', 'score-value');
  track.append(fill);
  row.append(label, track, value);
  return { row, label, fill, value };
}

function setBar(bar: Bar, label: string, score: number | undefined, isBest: boolean): void {
  bar.row.classList.toggle('is-best', isBest);
  bar.label.textContent = label;
  bar.label.title = label;
  bar.fill.style.setProperty('--score', String(score ?? 0));
  bar.value.textContent = score === undefined ? '' : formatPercent(score);
}
