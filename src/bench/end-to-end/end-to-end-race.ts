import { untilAborted } from '../../client/abort.ts';
import { messageOf } from '../../errors.ts';
import type { Size } from '../../image/picture.ts';
import type { BenchModels } from '../bench-models.ts';
import { formOf, nameOf } from '../candidate.ts';
import { median, type Summary, summarize } from '../statistics.ts';
import type { PicturePage } from './end-to-end-page.ts';
import type { PictureCandidate } from './picture-candidate.ts';
import type { PictureTimes } from './picture-engine.ts';
import { PICTURE_KINDS, type PictureName } from './picture-kinds.ts';

/** The time that one candidate takes from a kind of picture to a label. */
export interface EndToEndResult {
  readonly candidate: PictureCandidate;
  readonly name: string;
  readonly picture: PictureName;
  /** Absent if it failed before its first turn ended. */
  readonly time?: Summary;
  /** Medians of the parts that this project's engine reports. */
  readonly parts?: PictureParts;
  /** Reason of a failure. */
  readonly failure?: string;
}

/** Medians of the parts of a time. */
export interface PictureParts {
  /** The network, in milliseconds. */
  readonly network: number;
  /** Preprocessing on the CPU, in milliseconds. */
  readonly preprocess: number;
  /** Everything but the network, divided by the network. */
  readonly overhead: number;
}

/** Selects what to measure. */
export interface PictureSettings {
  readonly candidates: readonly PictureCandidate[];
  /** Kinds of pictures. Those of a camera need permission to use it. */
  readonly kinds: readonly PictureName[];
  /** Number of turns of each candidate for each kind of picture. */
  readonly rounds: number;
}

/** Options of `raceFromPictures`. */
export interface EndToEndOptions {
  readonly siteUrl: string;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, doing: string) => void;
  /** Called after each round with the results so far. */
  readonly onResults?: (results: readonly EndToEndResult[]) => void;
}

/** Maximum number of timed pictures per turn. */
const MAX_RUNS_PER_TURN = 5;
/** Maximum duration of a turn with more than one picture. */
const TURN_MILLISECONDS = 600;
/** Pictures that are classified first in each turn and not counted. */
const WARM_UP_RUNS = 2;
/** Frames of a camera per turn. The first ones are not counted. */
const CAMERA_FRAMES = 20;
const CAMERA_WARM_UP_FRAMES = 5;
/** Pause between turns, so that threads that spin for work become idle. */
const PAUSE_MILLISECONDS = 30;

/** A candidate with its page, and its times of each kind of picture. */
interface Runner {
  readonly candidate: PictureCandidate;
  page?: { readonly methods: PicturePage; close(): void };
  readonly times: Map<PictureName, PictureTimes[]>;
  failure?: string;
}

/**
 * Measures the time from a picture to its label in the page. Candidates take turns, and each has its own page for the
 * whole race. A candidate that fails is left out of later turns.
 * @throws the signal's reason if it aborts.
 */
export async function raceFromPictures(
  { files, preprocessing }: BenchModels,
  { candidates, kinds, rounds }: PictureSettings,
  options: EndToEndOptions,
): Promise<readonly EndToEndResult[]> {
  const { siteUrl, signal, onProgress, onResults = () => {} } = options;
  const runners = candidates.map((candidate): Runner => ({ candidate, times: new Map() }));
  const results = () => kinds.flatMap((picture) => runners.map((runner) => resultOf(runner, picture)));
  const urls = new Map([...new Set(candidates.map(formOf))].map((form) => [form, urlOf(files.get(form))]));
  const steps = runners.length * (1 + kinds.length * rounds);
  let step = 0;
  /** Runs a step of a candidate, and records its failure. */
  const attempt = async (runner: Runner, doing: string, work: () => Promise<void>) => {
    onProgress(step++ / steps, doing);
    if (runner.failure !== undefined) return;
    try {
      signal.throwIfAborted();
      await untilAborted(work(), signal);
    } catch (error) {
      signal.throwIfAborted();
      runner.failure = messageOf(error);
    }
  };
  let camera: MediaStream | undefined;
  try {
    for (const runner of runners) {
      const { candidate } = runner;
      await attempt(runner, `Starting ${nameOf(candidate)}`, async () => {
        runner.page = await openPage(`${siteUrl}end-to-end.html`);
        const [model, threads] = [urls.get(formOf(candidate)) ?? '', candidate.threads ?? 1];
        await runner.page.methods.start(candidate, { model, preprocessing, threads, peersUrl: `${siteUrl}peers/` });
      });
    }
    for (const picture of kinds) {
      const { title, source } = PICTURE_KINDS[picture];
      if (source === 'camera') camera = await openCamera(PICTURE_KINDS[picture]);
      for (let round = 0; round < rounds; round++) {
        for (const runner of runners) {
          await attempt(runner, `${nameOf(runner.candidate)}: ${title}`, () => takeTurn(runner, picture, camera));
        }
        onResults(results());
      }
    }
    onProgress(1, '');
    return results();
  } finally {
    for (const track of camera?.getTracks() ?? []) track.stop();
    for (const { page } of runners) page?.close();
    for (const url of urls.values()) URL.revokeObjectURL(url);
  }
}

async function takeTurn({ page, times }: Runner, picture: PictureName, camera?: MediaStream): Promise<void> {
  if (!page) return;
  await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS));
  const own = times.get(picture) ?? [];
  times.set(picture, own);
  if (camera) {
    own.push(...(await page.methods.time(picture, CAMERA_FRAMES, camera)).slice(CAMERA_WARM_UP_FRAMES));
    return;
  }
  const warmUp = await page.methods.time(picture, WARM_UP_RUNS, undefined);
  const expected = Math.min(...warmUp.map(({ total }) => total));
  const runs = Math.max(1, Math.min(MAX_RUNS_PER_TURN, Math.floor(TURN_MILLISECONDS / expected)));
  own.push(...(await page.methods.time(picture, runs, undefined)));
}

function resultOf({ candidate, times, failure }: Runner, picture: PictureName): EndToEndResult {
  const own = times.get(picture) ?? [];
  const parts = partsOf(own);
  return {
    candidate,
    name: nameOf(candidate),
    picture,
    ...(own.length > 0 ? { time: summarize(own.map(({ total }) => total)) } : {}),
    ...(parts ? { parts } : {}),
    ...(failure === undefined ? {} : { failure }),
  };
}

function partsOf(times: readonly PictureTimes[]): PictureParts | undefined {
  const known = times.flatMap(({ total, network, preprocess }) =>
    network === undefined || preprocess === undefined
      ? []
      : [{ network, preprocess, overhead: (total - network) / network }],
  );
  if (known.length === 0) return undefined;
  return {
    network: median(known.map(({ network }) => network)),
    preprocess: median(known.map(({ preprocess }) => preprocess)),
    overhead: median(known.map(({ overhead }) => overhead)),
  };
}

function urlOf(file: Uint8Array<ArrayBuffer> | undefined): string {
  return URL.createObjectURL(new Blob(file ? [file] : []));
}

/** Opens a page in a frame of one pixel. Browsers slow down the video of frames that are not displayed at all. */
async function openPage(url: string) {
  const frame = document.createElement('iframe');
  frame.className = 'bench-frame';
  frame.setAttribute('aria-hidden', 'true');
  frame.tabIndex = -1;
  frame.src = url;
  const loaded = new Promise((resolve) => frame.addEventListener('load', resolve));
  document.body.append(frame);
  await loaded;
  const methods = frame.contentWindow?.hwgqPictures;
  if (methods) return { methods, close: () => frame.remove() };
  frame.remove();
  throw new Error(`${url} could not be loaded.`);
}

function openCamera({ width, height }: Size): Promise<MediaStream> {
  return navigator.mediaDevices.getUserMedia({ video: { width, height } });
}
