import { type BenchmarkSettings, describeMachine, runBenchmark } from '../../bench/benchmark.ts';
import { dotProductText } from '../../bench/dot-product.ts';
import type { EndToEndResult } from '../../bench/end-to-end/end-to-end-race.ts';
import { PICTURE_KINDS, type PictureName } from '../../bench/end-to-end/picture-kinds.ts';
import type { RaceResult } from '../../bench/race.ts';
import { type BenchmarkReport, type FirstLabel, type MachineDescription, reportText } from '../../bench/report.ts';
import { parseReport, reportFragment, reportOfFragment } from '../../bench/report-link.ts';
import { Announcer } from '../../element/announcer.ts';
import { byId } from '../shared/dom.ts';
import { formatMilliseconds } from '../shared/format.ts';
import { Notices } from '../shared/notices.ts';
import { theirFigure } from './compared-rows.ts';
import { LayerView } from './layers.ts';
import { chosenSettings } from './settings.ts';
import { showTables } from './tables.ts';

declare global {
  interface Window {
    /** The programmatic interface that `npm run bench` uses. */
    hwgqBenchmark: {
      run(settings: BenchmarkSettings, onProgress?: (done: number, doing: string) => void): Promise<BenchmarkReport>;
      describeMachine(): Promise<MachineDescription>;
    };
  }
}

const notices = new Notices(byId('notices', HTMLElement));
const announcer = new Announcer(byId('announcement', HTMLElement));
const layers = new LayerView();
const siteUrl = new URL('./', document.baseURI).href;
const startButton = byId('start', HTMLButtonElement);
const stopButton = byId('stop', HTMLButtonElement);
const progress = byId('progress', HTMLProgressElement);
const importField = byId('import', HTMLInputElement);

let report: BenchmarkReport | undefined;
let theirs: BenchmarkReport | undefined;
let stopping = new AbortController();

async function start(): Promise<void> {
  notices.clear();
  report = undefined;
  stopping = new AbortController();
  const { signal } = stopping;
  setRunning(true);
  showProgress(0, 'Starting');
  announcer.say('Started');
  try {
    const options = { siteUrl, signal, onProgress: showProgress, onReport: show };
    const { tuningFailure } = await runBenchmark(await chosenSettings(), options);
    if (tuningFailure !== undefined)
      notices.show('Autotuning failed; the default kernels ran', new Error(tuningFailure));
    showProgress(1, 'Done');
    announcer.say('Done: the results follow');
  } catch (error) {
    showProgress(0, signal.aborted ? 'Stopped' : 'Failed');
    if (!signal.aborted) notices.show('The benchmark has stopped', error);
    else announcer.say('Stopped');
  } finally {
    setRunning(false);
  }
}

function setRunning(isRunning: boolean): void {
  startButton.hidden = isRunning;
  stopButton.hidden = !isRunning;
  progress.hidden = !isRunning;
  (isRunning ? stopButton : startButton).focus({ preventScroll: true });
  for (const control of byId('settings', HTMLFormElement).querySelectorAll('select, input')) {
    control.toggleAttribute('disabled', isRunning);
  }
}

function showProgress(done: number, doing: string): void {
  progress.value = done;
  byId('status', HTMLElement).textContent = doing;
}

/** Shows all measurements so far, beside an imported result if there is one. */
function show(found: BenchmarkReport): void {
  report = found;
  draw();
}

function draw(): void {
  const shown = report ?? theirs;
  if (!shown) return;
  const beside = report ? theirs : undefined;
  byId('result', HTMLElement).hidden = false;
  document.body.classList.toggle('has-theirs', Boolean(beside));
  byId('result-title', HTMLElement).textContent = `${shown.network}${report ? '' : ', on another machine'}`;
  byId('other-machine', HTMLElement).textContent = theirs ? machineText(theirs, shown.network) : '';
  showHeadline(shown, beside);
  showTables(shown, beside);
  // Layers of different networks cannot be compared.
  layers.show(shown.profiles, beside?.network === shown.network ? beside.profiles : []);
  for (const id of ['copy-text', 'copy-json', 'copy-link']) {
    byId(id, HTMLButtonElement).disabled = shown.results.length + shown.endToEnd.length === 0;
  }
}

function machineText({ network, machine, date }: BenchmarkReport, shownNetwork: string): string {
  const other = network === shownNetwork ? '' : `${network}, a different network; `;
  const dotProduct = dotProductText(machine.dotProduct);
  return `${other}${machine.cores} logical processors, ${dotProduct}, ${machine.gpu ?? 'no GPU'}, ${date.slice(0, 10)}`;
}

/** Shows the headline figures above the tables. */
type Headline = Readonly<Record<'picture' | 'ratio' | 'fastest' | 'first-label', { figure: string; about: string }>>;

/** The picture of the headline, if it has been measured: otherwise the first that has. */
const HEADLINE_PICTURE: PictureName = 'canvas-720p';

function showHeadline(mine: BenchmarkReport, beside: BenchmarkReport | undefined): void {
  const others = beside && headlineOf(beside);
  byId('picture-kind', HTMLElement).textContent = `To a label: ${PICTURE_KINDS[headlinePicture(mine.endToEnd)].title}`;
  for (const [id, { figure, about }] of Object.entries(headlineOf(mine))) {
    byId(id, HTMLElement).textContent = figure;
    byId(`${id}-about`, HTMLElement).textContent = about;
    byId(`${id}-theirs`, HTMLElement).replaceChildren(...theirFigure(others?.[id as keyof Headline].figure));
  }
}

function headlineOf({ endToEnd, results, firstLabels }: BenchmarkReport): Headline {
  const fastestRun = fastest(results, true);
  const pictures = endToEnd.filter(({ picture }) => picture === headlinePicture(endToEnd));
  const [own, peer] = [fastest(pictures, true), fastest(pictures, false)];
  const [ownLabel, peerLabel] = firstLabels;
  const labelTime = ({ milliseconds, failure = '' }: FirstLabel) =>
    milliseconds === undefined ? failure : formatMilliseconds(milliseconds);
  return {
    picture: { figure: own ? formatMilliseconds(own.median) : '–', about: modeOf(own) },
    ratio: { figure: own && peer ? `${(peer.median / own.median).toFixed(1)}×` : '–', about: peer?.name ?? '' },
    fastest: { figure: fastestRun ? formatMilliseconds(fastestRun.median) : '–', about: modeOf(fastestRun) },
    'first-label': {
      figure: ownLabel ? labelTime(ownLabel) : '–',
      about: peerLabel ? `${peerLabel.name}: ${labelTime(peerLabel)}` : '',
    },
  };
}

/** Returns the configuration of a run of this project's engine, without the engine's name. */
function modeOf(engine: { readonly name: string } | undefined): string {
  return engine?.name.split(' · ').slice(1).join(', ') ?? '';
}

/** Returns the fastest configuration of this project's engine, or of all others. */
function fastest(results: readonly (RaceResult | EndToEndResult)[], isOwn: boolean) {
  const timed = results.flatMap((result) => {
    const { median } = ('picture' in result ? result.time : result.latency) ?? {};
    return median !== undefined && result.name.startsWith('hwgq-web') === isOwn ? [{ name: result.name, median }] : [];
  });
  return timed.sort((a, b) => a.median - b.median)[0];
}

function headlinePicture(endToEnd: readonly EndToEndResult[]): PictureName {
  const isMeasured = endToEnd.some(({ picture }) => picture === HEADLINE_PICTURE);
  return isMeasured ? HEADLINE_PICTURE : (endToEnd[0]?.picture ?? HEADLINE_PICTURE);
}

/** Imports a result from a link or JSON. */
function importResult(text: string): void {
  try {
    const found = text.trim().startsWith('{') ? parseReport(text) : reportOfFragment(text.trim());
    if (!found)
      throw new Error('The text contains no result. Paste a link from “Copy link” or the output of “Copy JSON”.');
    theirs = found;
    draw();
    importField.value = '';
    announcer.say('Showing the imported result');
  } catch (error) {
    notices.show('This result could not be shown', error);
  }
}

async function copy(text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    announcer.say(`${what} copied`);
    byId('status', HTMLElement).textContent = `${what} copied`;
  } catch (error) {
    notices.show('Nothing was copied', error);
  }
}

function onCopy(id: string, what: string, textOf: (shown: BenchmarkReport) => string): void {
  byId(id, HTMLButtonElement).addEventListener('click', () => {
    const shown = report ?? theirs;
    if (shown) void copy(textOf(shown), what);
  });
}

byId('settings', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  void start();
});
stopButton.addEventListener('click', () => stopping.abort());
byId('show-import', HTMLButtonElement).addEventListener('click', () => importResult(importField.value));
importField.addEventListener('keydown', ({ key }) => {
  if (key === 'Enter') importResult(importField.value);
});
onCopy('copy-text', 'Text', reportText);
onCopy('copy-json', 'JSON', (shown) => JSON.stringify(shown, null, 2));
onCopy('copy-link', 'Link', (shown) => location.href.replace(/#.*$/, '') + reportFragment(shown));

byId('machine', HTMLElement).textContent = crossOriginIsolated
  ? `${navigator.hardwareConcurrency} logical processors, and this page may use several threads.`
  : `${navigator.hardwareConcurrency} logical processors; this page may use one thread, because it is not cross-origin isolated.`;
if (location.hash.includes('result=')) importResult(location.hash);
window.addEventListener('hashchange', () => {
  if (location.hash.includes('result=')) importResult(location.hash);
});

window.hwgqBenchmark = {
  describeMachine,
  run: (settings, onProgress = () => {}) =>
    runBenchmark(settings, { siteUrl, signal: new AbortController().signal, onProgress }),
};
