import type { EndToEndResult } from '../../bench/end-to-end/end-to-end-race.ts';
import { PICTURE_KINDS, PICTURE_NAMES, type PictureName } from '../../bench/end-to-end/picture-kinds.ts';
import { byId, create } from '../shared/dom.ts';
import { formatMilliseconds } from '../shared/format.ts';
import { barCell, type Compared, compared, failureCell, figureCell, headedRow } from './compared-rows.ts';

/** Fills the table of the times from a picture to a label: a group of rows for each kind of picture. */
export function showPictures(mine: readonly EndToEndResult[], theirs: readonly EndToEndResult[]): void {
  byId('end-to-end', HTMLElement).hidden = mine.length + theirs.length === 0;
  const table = byId('end-to-end-rows', HTMLTableElement);
  for (const body of [...table.tBodies]) body.remove();
  for (const picture of PICTURE_NAMES) {
    const [own, other] = [mine, theirs].map((results) => results.filter((result) => result.picture === picture));
    const pairs = compared(own ?? [], other ?? [], ({ name }) => name);
    if (pairs.length > 0) table.append(groupOf(picture, pairs, own ?? [], other ?? []));
  }
}

function groupOf(
  picture: PictureName,
  pairs: readonly Compared<EndToEndResult>[],
  mine: readonly EndToEndResult[],
  theirs: readonly EndToEndResult[],
): HTMLTableSectionElement {
  const scale = Math.max(...[...mine, ...theirs].map(({ time }) => time?.median ?? 0));
  const group = create('tbody');
  const title = create('th', 'bench-group', PICTURE_KINDS[picture].title);
  title.scope = 'rowgroup';
  title.colSpan = 5;
  const head = create('tr');
  head.append(title);
  group.append(head, ...pairs.map((pair) => rowOf(pair, scale, mine, theirs)));
  return group;
}

function rowOf(
  pair: Compared<EndToEndResult>,
  scale: number,
  mine: readonly EndToEndResult[],
  theirs: readonly EndToEndResult[],
): HTMLTableRowElement {
  const row = headedRow(pair.name, pair.name.startsWith('hwgq-web'));
  const bar = barCell(pair, ({ time }) => time, scale);
  const medianOf = ({ time, failure }: EndToEndResult) => (time ? formatMilliseconds(time.median) : failure);
  if (pair.mine?.failure !== undefined) {
    row.append(bar, failureCell(pair.mine.failure, 3, pair.theirs && medianOf(pair.theirs)));
    return row;
  }
  row.append(
    bar,
    figureCell(pair, medianOf),
    figureCell(pair, (result) => ratioOf(result, result === pair.mine ? mine : theirs)),
    figureCell(pair, ({ time }) => time && `${formatMilliseconds(time.p5)} – ${formatMilliseconds(time.p95)}`),
  );
  return row;
}

/** Returns the ratio of a time to that of this project's engine on WebAssembly with as many threads. */
function ratioOf({ candidate, time }: EndToEndResult, results: readonly EndToEndResult[]): string | undefined {
  const { engine, threads = 1 } = candidate;
  if (engine === 'hwgq-web') return undefined;
  const own = results.find(
    (result) =>
      result.candidate.engine === 'hwgq-web' &&
      result.candidate.backend === 'wasm' &&
      (result.candidate.threads ?? 1) === threads,
  );
  return own?.time && time && `${(time.median / own.time.median).toFixed(1)}×`;
}
