import type { Summary } from '../../bench/statistics.ts';
import { create } from '../shared/dom.ts';

/** One thing on this machine and on somebody else's; at least one of them has it. */
export interface Compared<Item> {
  readonly name: string;
  readonly mine: Item | undefined;
  readonly theirs: Item | undefined;
}

/** Things of the same name side by side: this machine's in their order, then what only the other has. */
export function compared<Item>(
  mine: readonly Item[],
  theirs: readonly Item[],
  nameOf: (item: Item) => string,
): readonly Compared<Item>[] {
  const [byMine, byTheirs] = [mine, theirs].map((items) => new Map(items.map((item) => [nameOf(item), item])));
  const names = new Set([...(byMine?.keys() ?? []), ...(byTheirs?.keys() ?? [])]);
  return [...names].map((name) => ({ name, mine: byMine?.get(name), theirs: byTheirs?.get(name) }));
}

/** A row that begins with what it is about. */
export function headedRow(name: string, isOwn: boolean): HTMLTableRowElement {
  const row = create('tr', isOwn ? 'is-own' : '');
  const head = create('th', '', name);
  head.scope = 'row';
  row.append(head);
  return row;
}

/** This machine's figure, and below it somebody else's. */
export function figureCell<Item>({ mine, theirs }: Compared<Item>, textOf: (item: Item) => string | undefined) {
  const cell = create('td', '', (mine && textOf(mine)) ?? '');
  cell.append(...theirFigure(theirs && textOf(theirs)));
  return cell;
}

/** Why there are no figures on this machine; what there is elsewhere below it. */
export function failureCell(failure: string, columns: number, theirs: string | undefined): HTMLTableCellElement {
  const cell = create('td', 'is-failure', failure);
  cell.colSpan = Math.max(1, columns);
  cell.append(...theirFigure(theirs));
  return cell;
}

/** Somebody else's figure; nothing where there is none. */
export function theirFigure(text: string | undefined): readonly HTMLElement[] {
  if (!text) return [];
  const figure = create('span', 'theirs', text);
  figure.prepend(create('span', 'visually-hidden', 'theirs: '));
  return [figure];
}

/** Bars from nothing to a time, which at the scale fills the cell. */
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

/** Of a summary the bar ends at the median, and a line goes from p5 to p95. */
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
