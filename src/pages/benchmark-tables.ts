import { nameOf } from '../bench/contestant.ts';
import type { RaceResult } from '../bench/race.ts';
import type { BenchmarkReport } from '../bench/report.ts';
import type { Summary } from '../bench/statistics.ts';
import { byId, create } from './dom.ts';
import { formatBytes, formatMilliseconds } from './format.ts';

/** The race: rows of this machine's engines, and beside them those of somebody else's. */
export function showRace(results: readonly RaceResult[], theirs: readonly RaceResult[] = []): void {
  const names = [...new Set([...results, ...theirs].map(({ name }) => name))];
  const mine = new Map(results.map((result) => [result.name, result]));
  const others = new Map(theirs.map((result) => [result.name, result]));
  // One engine that takes a hundred times as long would leave nothing to be seen of the others.
  const medians = [...results, ...theirs].flatMap(({ latency }) => (latency ? [latency.median] : []));
  const scale = Math.min(Math.max(...medians), 25 * Math.min(...medians));
  const rows = names.map((name) => {
    const result = mine.get(name);
    const row = headedRow(name, name.startsWith('hwgq-web'));
    row.append(barCell(result?.latency ?? others.get(name)?.latency, scale));
    const otherMedian = others.get(name)?.latency?.median;
    const other = figureCell(otherMedian === undefined ? undefined : formatMilliseconds(otherMedian));
    other.className = 'is-theirs';
    if (result?.failure !== undefined) {
      const cell = create('td', 'is-failure', result.failure);
      cell.colSpan = 3;
      row.append(figureCell(undefined), other, cell);
    } else {
      const { latency, started } = result ?? {};
      row.append(
        figureCell(latency && formatMilliseconds(latency.median)),
        other,
        figureCell(latency && `${formatMilliseconds(latency.p5)} – ${formatMilliseconds(latency.p95)}`),
        figureCell(started && formatMilliseconds(started.startMilliseconds)),
        figureCell(started && formatMilliseconds(started.firstRunMilliseconds)),
      );
    }
    return row;
  });
  byId('race-rows', HTMLElement).replaceChildren(...rows);
}

export function showThroughput({ examinations }: BenchmarkReport): void {
  byId('throughput', HTMLElement).hidden = examinations.length === 0;
  const counts = [...new Set(examinations.flatMap(({ throughput }) => throughput.map(({ count }) => count)))];
  const heads = ['Engine', ...counts.map((count) => (count === 1 ? '1 picture' : `${count} pictures`))].map((text) => {
    const head = create('th', '', text);
    head.scope = 'col';
    return head;
  });
  byId('throughput-head', HTMLElement).replaceChildren(...heads);
  const rows = examinations.map(({ name, throughput, failure }) => {
    const row = headedRow(name, true);
    if (failure !== undefined) {
      const cell = create('td', 'is-failure', failure);
      cell.colSpan = Math.max(1, counts.length);
      row.append(cell);
      return row;
    }
    const figures = counts.map((count) => throughput.find((entry) => entry.count === count)?.imagesPerSecond);
    row.append(...figures.map((figure) => figureCell(figure?.toFixed(1))));
    return row;
  });
  byId('throughput-rows', HTMLElement).replaceChildren(...rows);
}

export function showSizes({ downloads, results }: BenchmarkReport): void {
  const downloadRows = downloads.map(({ name, libraryBytes, modelBytes }) => {
    const row = headedRow(name, name.startsWith('hwgq-web'));
    row.append(figureCell(formatBytes(libraryBytes)), figureCell(formatBytes(modelBytes)));
    return row;
  });
  byId('download-rows', HTMLElement).replaceChildren(...downloadRows);
  const memoryRows = results.flatMap(({ contestant, started }) => {
    if (!started) return [];
    const row = headedRow(nameOf(contestant), contestant.engine === 'hwgq-web');
    const { wasm, gpu } = started.liveBytes;
    row.append(figureCell(formatBytes(wasm)), figureCell(formatBytes(gpu)));
    return [row];
  });
  byId('memory-rows', HTMLElement).replaceChildren(...memoryRows);
}

/** A row that begins with what it is about. */
export function headedRow(name: string, isOwn: boolean): HTMLTableRowElement {
  const row = create('tr', isOwn ? 'is-own' : '');
  const head = create('th', '', name);
  head.scope = 'row';
  row.append(head);
  return row;
}

export function figureCell(text: string | undefined): HTMLTableCellElement {
  return create('td', '', text ?? '');
}

/** A bar from nothing to the median, with a line from p5 to p95. */
function barCell(latency: Summary | undefined, scale: number): HTMLTableCellElement {
  const cell = create('td', 'bench-bar');
  if (!latency) return cell;
  const share = (value: number) => String(Math.min(1, value / scale));
  const fill = create('span', latency.median > scale ? 'bench-fill is-cut' : 'bench-fill');
  const spread = create('span', 'bench-spread');
  cell.style.setProperty('--median', share(latency.median));
  cell.style.setProperty('--p5', share(latency.p5));
  cell.style.setProperty('--p95', share(latency.p95));
  const track = create('span', 'bench-track');
  track.append(fill, spread);
  cell.append(track);
  return cell;
}
