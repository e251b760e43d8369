import type { ModeProfile } from '../../bench/mode-profile.ts';
import type { RaceResult } from '../../bench/race.ts';
import type { BenchmarkReport, FirstLabel } from '../../bench/report.ts';
import { byId, create } from '../shared/dom.ts';
import { formatBytes, formatMilliseconds } from '../shared/format.ts';
import { barCell, type Compared, compared, failureCell, figureCell, headedRow } from './compared-rows.ts';
import { showPictures } from './picture-table.ts';

/** Fills all tables except that of the layers: this machine's figures, with imported ones below. */
export function showTables(mine: BenchmarkReport, theirs: BenchmarkReport | undefined): void {
  const both = <Item extends { readonly name: string }>(listOf: (report: BenchmarkReport) => readonly Item[]) =>
    compared(listOf(mine), theirs ? listOf(theirs) : [], ({ name }) => name);
  showPictures(mine.endToEnd, theirs?.endToEnd ?? []);
  showRace(both(({ results }) => results));
  showFirstLabels(both(({ firstLabels }) => firstLabels));
  showThroughput(both(({ profiles }) => profiles));
  fill(
    'download-rows',
    both(({ downloads }) => downloads),
    (pair) => [
      figureCell(pair, ({ libraryBytes }) => formatBytes(libraryBytes)),
      figureCell(pair, ({ modelBytes }) => formatBytes(modelBytes)),
    ],
  );
  fill(
    'memory-rows',
    both(({ results }) => results.filter(({ started }) => started)),
    (pair) => [
      figureCell(pair, ({ started }) => started && formatBytes(started.liveBytes.wasm)),
      figureCell(pair, ({ started }) => started && formatBytes(started.liveBytes.gpu)),
    ],
  );
}

function showRace(pairs: readonly Compared<RaceResult>[]): void {
  byId('race', HTMLElement).hidden = pairs.length === 0;
  // Limit the scale: an engine that is 100 times slower would make the other bars invisible.
  const medians = pairs
    .flatMap(({ mine, theirs }) => [mine?.latency?.median, theirs?.latency?.median])
    .filter((median) => median !== undefined);
  const scale = Math.min(Math.max(...medians), 25 * Math.min(...medians));
  const medianOf = ({ latency, failure }: RaceResult) => (latency ? formatMilliseconds(latency.median) : failure);
  fill('race-rows', pairs, (pair) => {
    const { mine, theirs } = pair;
    const bar = barCell(pair, ({ latency }) => latency, scale);
    if (mine?.failure !== undefined) return [bar, failureCell(mine.failure, 4, theirs && medianOf(theirs))];
    return [
      bar,
      figureCell(pair, medianOf),
      figureCell(
        pair,
        ({ latency }) => latency && `${formatMilliseconds(latency.p5)} – ${formatMilliseconds(latency.p95)}`,
      ),
      figureCell(pair, ({ started }) => started && formatMilliseconds(started.startMilliseconds)),
      figureCell(pair, ({ started }) => started && formatMilliseconds(started.firstRunMilliseconds)),
    ];
  });
}

function showFirstLabels(pairs: readonly Compared<FirstLabel>[]): void {
  byId('first-labels', HTMLElement).hidden = pairs.length === 0;
  const times = pairs.flatMap(({ mine, theirs }) => [mine?.milliseconds ?? 0, theirs?.milliseconds ?? 0]);
  const timeOf = ({ milliseconds, failure }: FirstLabel) =>
    milliseconds === undefined ? failure : formatMilliseconds(milliseconds);
  fill('first-label-rows', pairs, (pair) => {
    const { mine, theirs } = pair;
    const bar = barCell(pair, ({ milliseconds }) => milliseconds, Math.max(...times));
    return [
      bar,
      mine?.failure === undefined ? figureCell(pair, timeOf) : failureCell(mine.failure, 1, theirs && timeOf(theirs)),
    ];
  });
}

function showThroughput(pairs: readonly Compared<ModeProfile>[]): void {
  byId('throughput', HTMLElement).hidden = pairs.length === 0;
  const rates = pairs.flatMap(({ mine, theirs }) => [...(mine?.throughput ?? []), ...(theirs?.throughput ?? [])]);
  const counts = [...new Set(rates.map(({ count }) => count))].sort((a, b) => a - b);
  const heads = ['Engine', ...counts.map((count) => (count === 1 ? '1 picture' : `${count} pictures`))].map((text) => {
    const head = create('th', '', text);
    head.scope = 'col';
    return head;
  });
  byId('throughput-head', HTMLElement).replaceChildren(...heads);
  const rateAt = ({ throughput }: ModeProfile, wanted: number) =>
    throughput.find(({ count }) => count === wanted)?.imagesPerSecond.toFixed(1);
  fill('throughput-rows', pairs, (pair) => {
    const { mine, theirs } = pair;
    const [least = 1] = counts;
    if (mine?.failure !== undefined) return [failureCell(mine.failure, counts.length, theirs && rateAt(theirs, least))];
    return counts.map((count) => figureCell(pair, (profile) => rateAt(profile, count)));
  });
}

/** Creates a row for each item of the two results. */
function fill<Item>(
  id: string,
  pairs: readonly Compared<Item>[],
  cellsOf: (pair: Compared<Item>) => readonly HTMLTableCellElement[],
): void {
  const rows = pairs.map((pair) => {
    const row = headedRow(pair.name, pair.name.startsWith('hwgq-web'));
    row.append(...cellsOf(pair));
    return row;
  });
  byId(id, HTMLElement).replaceChildren(...rows);
}
