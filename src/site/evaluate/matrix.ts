import type { Evaluation } from '../../tools/evaluation/evaluation.ts';
import { byId, create } from '../shared/dom.ts';
import { formatCount } from '../shared/format.ts';

/** Maximum number of classes shown: those with the most mistakes. */
const MOST_CLASSES = 24;

interface Cell {
  readonly element: HTMLTableCellElement;
  readonly actual: number;
  readonly predicted: number;
}

/** Shows the confusion matrix as a grid. Arrow keys move between cells; Enter or a click opens one. */
export class ConfusionMatrix {
  readonly #table = byId('matrix', HTMLTableElement);
  readonly #onOpen: (actual: number, predicted: number) => void;
  #classes: readonly number[] = [];
  #cells: readonly (readonly Cell[])[] = [];

  /** @param onOpen called with the cell whose pictures the visitor opens. */
  constructor(onOpen: (actual: number, predicted: number) => void) {
    this.#onOpen = onOpen;
    this.#table.addEventListener('click', ({ target }) => this.#open(target));
    this.#table.addEventListener('keydown', (event) => this.#onKey(event));
    this.#table.addEventListener('focusin', ({ target }) => {
      const cell = this.#find(target);
      if (cell) this.#makeCurrent(cell);
    });
  }

  show(evaluation: Evaluation, labels: readonly string[]): void {
    const classes = chosenClasses(evaluation);
    if (classes.join() !== this.#classes.join() || this.#cells.length === 0) this.#build(classes, labels);
    const totals = evaluation.perClass().map(({ pictures }) => pictures);
    for (const { element, actual, predicted } of this.#cells.flat()) {
      const pictures = evaluation.count(actual, predicted);
      element.textContent = pictures ? formatCount(pictures) : '';
      // Take the square root, so that small counts stay visible beside large ones.
      element.style.setProperty('--share', String(pictures && Math.sqrt(pictures / (totals[actual] ?? 1))));
      const what = actual === predicted ? 'correct' : `classified as ${labels[predicted]}`;
      element.setAttribute('aria-label', `${labels[actual]} ${what}: ${formatCount(pictures)}`);
    }
    const isPart = classes.length < evaluation.classes;
    byId('matrix-part', HTMLElement).textContent = isPart
      ? `Shows the ${MOST_CLASSES} of ${formatCount(evaluation.classes)} classes with the most mistakes.`
      : '';
  }

  /** Clears the classes for another model. */
  reset(): void {
    this.#classes = [];
    this.#cells = [];
    this.#table.replaceChildren();
  }

  #build(classes: readonly number[], labels: readonly string[]): void {
    this.#classes = classes;
    const head = create('tr');
    head.append(
      create('td'),
      ...classes.map((index) => {
        const name = create('th');
        name.scope = 'col';
        name.append(create('span', '', labels[index]));
        return name;
      }),
    );
    this.#cells = classes.map((actual) =>
      classes.map((predicted) => {
        const element = create('td', actual === predicted ? 'is-right' : '');
        element.role = 'gridcell';
        element.tabIndex = -1;
        return { element, actual, predicted };
      }),
    );
    const rows = this.#cells.map((cells, place) => {
      const row = create('tr');
      const name = create('th', '', labels[classes[place] ?? 0]);
      name.scope = 'row';
      row.append(name, ...cells.map(({ element }) => element));
      return row;
    });
    const header = create('thead');
    header.append(head);
    const body = create('tbody');
    body.append(...rows);
    this.#table.replaceChildren(header, body);
    const [first] = this.#cells[0] ?? [];
    if (first) first.element.tabIndex = 0;
  }

  #find(target: EventTarget | null): Cell | undefined {
    return this.#cells.flat().find(({ element }) => element === target);
  }

  #open(target: EventTarget | null): void {
    const cell = this.#find(target);
    if (cell) this.#onOpen(cell.actual, cell.predicted);
  }

  #makeCurrent(current: Cell): void {
    for (const { element } of this.#cells.flat()) element.tabIndex = element === current.element ? 0 : -1;
  }

  #onKey(event: KeyboardEvent): void {
    const cell = this.#find(event.target);
    if (!cell) return;
    const [row, column] = [this.#classes.indexOf(cell.actual), this.#classes.indexOf(cell.predicted)];
    const last = this.#classes.length - 1;
    const places: Readonly<Record<string, readonly [row: number, column: number]>> = {
      ArrowUp: [row - 1, column],
      ArrowDown: [row + 1, column],
      ArrowLeft: [row, column - 1],
      ArrowRight: [row, column + 1],
      Home: [row, 0],
      End: [row, last],
    };
    const place = places[event.key];
    if (place) this.#cells[place[0]]?.[place[1]]?.element.focus();
    else if (event.key === 'Enter' || event.key === ' ') this.#open(event.target);
    else return;
    event.preventDefault();
  }
}

function chosenClasses(evaluation: Evaluation): number[] {
  const all = Array.from({ length: evaluation.classes }, (_, index) => index);
  if (all.length <= MOST_CLASSES) return all;
  const mistakes = new Float64Array(evaluation.classes);
  for (const { actual, predicted, pictures } of evaluation.confusedPairs(Number.POSITIVE_INFINITY)) {
    mistakes[actual] = (mistakes[actual] as number) + pictures;
    mistakes[predicted] = (mistakes[predicted] as number) + pictures;
  }
  return all
    .toSorted((a, b) => (mistakes[b] as number) - (mistakes[a] as number))
    .slice(0, MOST_CLASSES)
    .sort((a, b) => a - b);
}
