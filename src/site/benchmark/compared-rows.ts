import type { Summary } from '../../bench/statistics.ts';
import { create } from '../shared/dom.ts';

/** An item of this machine's result paired with that of an imported result. At least one is present. */
export interface Compared<Item> {
  readonly name: string;
  readonly mine: Item | undefined;
  readonly theirs: Item | undefined;
}

/** Pairs items by name: this machine's in order, then those that only the imported result has. */
export function compared<Item>(
  mine: readonly Item[],
  theirs: readonly Item[],
  nameOf: (item: Item) => string,
): readonly Compared<Item>[] {
  const [byMine, byTheirs] = [mine, theirs].map((items) => new Map(items.map((item) => [nameOf(item), item])));
  const names = new Set([...(byMine?.keys() ?? []), ...(byTheirs?.keys() ?? [])]);
  return [...names].map((name) => ({ name, mine: byMine?.get(name), theirs: byTheirs?.get(name) }));
}

/** Creates a table row with a row header. */
export function headedRow(name: string, isOwn: boolean): HTMLTableRowElement {
  const row = create('tr', isOwn ? 'is-own' : '');
  const head = create('th', '', name);
  head.scope = 'row';
  row.append(head);
  return row;
}

/** Creates a cell with this machine's figure, and the imported one below it. */
export function figureCell<Item>({ mine, theirs }: Compared<Item>, textOf: (item: Item) => string | undefined) {
  const cell = create('td', '', (mine && textOf(mine)) ?? '');
  cell.append(...theirFigure(theirs && textOf(theirs)));
  return cell;
}

/** Creates a cell with the reason for a missing figure, and the imported one below it. */
export function failureCell(failure: string, columns: number, theirs: string | undefined): HTMLTableCellElement {
  const cell = create('td', 'is-failure', failure);
  cell.colSpan = Math.max(1, columns);
  cell.append(...theirFigure(theirs));
  return cell;
}

/** Creates the imported figure; empty if there is none. */
export function theirFigure(text: string | undefined): readonly HTMLElement[] {
  if (!text) return [];
  const figure = create('span', 'theirs', text);
  figure.prepend(create('span', 'visually-hidden', 'theirs: '));
  return [figure];
}

/** Creates bars whose length is proportional to a time. A time equal to `scale` fills the cell. */
export function barCell<Item>(
  { mine, theirs }: Compared<Item>,
  timeOf: (item: Item) => number | Summary | undefined,
  scale: number,
): HTMLTableCellElement {
  const cell = create('td', 'bench-bar');
  const [ours, other] = [mine && timeOf(mine), theirs && timeOf(theirs)];
  if (ours !== undefined) cell.append(track(ours, scale, ''));
  if (other !== undefined) cell.append(track(other, scale, 'is-theirs'));
  return cell;
}

/** Creates the bar of a summary, which ends at the median. A line spans p5 to p95. */
function track(time: number | Summary, scale: number, kind: string): HTMLElement {
  const { median, p5, p95 } = typeof time === 'number' ? { median: time, p5: time, p95: time } : time;
  const element = create('span', `bench-track ${kind}`.trimEnd());
  for (const [name, value] of Object.entries({ median, p5, p95 })) {
    element.style.setProperty(`--${name}`, String(Math.min(1, value / scale)));
  }
  element.append(create('span', median > scale ? 'bench-fill is-cut' : 'bench-fill'));
  if (p5 < p95) element.append(create('span', 'bench-spread'));
  return element;
}
