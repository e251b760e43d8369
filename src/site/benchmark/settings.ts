import { supportedSimd } from '../../backends/wasm/simd.ts';
import type { BenchmarkSettings } from '../../bench/benchmark.ts';
import type { Candidate, OwnCandidate, PeerCandidate } from '../../bench/candidate.ts';
import type { PictureSettings } from '../../bench/end-to-end/end-to-end-race.ts';
import { MEDIAPIPE, pictureCandidates } from '../../bench/end-to-end/picture-candidate.ts';
import { PICTURE_NAMES } from '../../bench/end-to-end/picture-kinds.ts';
import { HwgqError } from '../../errors.ts';
import { byId, create } from '../shared/dom.ts';

const ROUNDS = 10;
const PICTURE_ROUNDS = 4;
const GRAY_NETWORK = 'lenet';
const BATCHES = [1, 4, 16] as const;
/** Default number of threads of a session. */
const MOST_USUAL_THREADS = 4;
/** Every thread count up to this one is offered, then powers of two. */
const CLOSE_THREADS = 8;

/** Resolves when the form offers only what this machine supports. */
const offered = offerWhatIsHere();

/**
 * Returns the settings of the form.
 * @throws HwgqError `invalid-option` if no engine is selected.
 */
export async function chosenSettings(): Promise<BenchmarkSettings> {
  await offered;
  const candidates: readonly Candidate[] = [...ownCandidates(), ...peerCandidates()];
  if (candidates.length === 0) {
    throw new HwgqError(
      'invalid-option',
      'No engine is selected. Select at least one, and for WASM at least one thread count.',
    );
  }
  const network = byId('network', HTMLSelectElement).value;
  return {
    network,
    candidates,
    rounds: ROUNDS,
    pictures: chosenPictures(network, candidates),
    batches: isChecked('with-profiles') ? BATCHES : [],
    tuning: isChecked('with-tuning'),
    firstLabels: isChecked('with-first-labels'),
  };
}

function chosenPictures(network: string, candidates: readonly Candidate[]): PictureSettings | undefined {
  const kinds = PICTURE_NAMES.filter((name) => isChecked(`picture-${name}`));
  if (kinds.length === 0) return undefined;
  const mediaPipe = isChecked('peer-mediapipe') && network !== GRAY_NETWORK ? [MEDIAPIPE] : [];
  return { kinds, rounds: PICTURE_ROUNDS, candidates: [...pictureCandidates(candidates), ...mediaPipe] };
}

async function offerWhatIsHere(): Promise<void> {
  const most = crossOriginIsolated ? navigator.hardwareConcurrency : 1;
  const usual = Math.min(most, MOST_USUAL_THREADS);
  byId('threads', HTMLElement).append(...threadCounts(most).map((count) => threadChoice(count, [1, usual])));
  const simd = supportedSimd();
  offer('own-relaxed', simd === 'relaxed');
  offer('own-plain', simd !== undefined);
  const hasGpu = Boolean(await navigator.gpu?.requestAdapter().catch(() => null));
  offer('own-webgpu', hasGpu);
  if (!simd && !hasGpu) byId('own-reference', HTMLInputElement).checked = true;
}

/** Removes a choice that this machine does not support. */
function offer(id: string, isHere: boolean): void {
  if (isHere) return;
  const choice = byId(id, HTMLInputElement);
  choice.checked = false;
  choice.closest('label')?.toggleAttribute('hidden', true);
}

function threadCounts(most: number): readonly number[] {
  return Array.from({ length: most }, (_, index) => index + 1).filter(
    (count) => count <= CLOSE_THREADS || count === most || Number.isInteger(Math.log2(count)),
  );
}

function threadChoice(count: number, usual: readonly number[]): HTMLLabelElement {
  const label = create('label');
  const choice = create('input');
  choice.type = 'checkbox';
  choice.value = String(count);
  choice.checked = usual.includes(count);
  label.append(choice, String(count));
  return label;
}

/** Returns the selected configurations of this project's engine. */
function ownCandidates(): readonly OwnCandidate[] {
  const engine = 'hwgq-web';
  const onWasm = (['relaxed', 'plain'] as const).flatMap((simd) =>
    isChecked(`own-${simd}`)
      ? chosenThreads().map((threads) => ({ engine, backend: 'wasm', simd, threads }) as const)
      : [],
  );
  const others = (['webgpu', 'reference'] as const).filter((backend) => isChecked(`own-${backend}`));
  return [...onWasm, ...others.map((backend) => ({ engine, backend }) as const)];
}

/** Returns the other engines with the ordinary twin of the network, and with the exact export if selected. */
function peerCandidates(): readonly PeerCandidate[] {
  const exact = isChecked('peer-exact') ? (['exact'] as const) : [];
  const peers: PeerCandidate[] = [];
  for (const form of ['int8-twin', 'float-twin', ...exact] as const) {
    if (!isChecked('peer-wasm')) continue;
    for (const threads of chosenThreads()) peers.push({ engine: 'onnxruntime-web', backend: 'wasm', form, threads });
  }
  for (const form of ['int8-twin', 'float-twin'] as const) {
    if (!isChecked('peer-litert')) continue;
    for (const threads of chosenThreads()) peers.push({ engine: 'LiteRT.js', backend: 'wasm', form, threads });
  }
  for (const form of ['float-twin', ...exact] as const) {
    if (!isChecked('peer-tfjs')) continue;
    for (const threads of chosenThreads()) peers.push({ engine: 'tfjs', backend: 'wasm', form, threads });
  }
  for (const form of ['float-twin', ...exact] as const) {
    if (isChecked('peer-webgpu')) peers.push({ engine: 'onnxruntime-web', backend: 'webgpu', form });
    if (isChecked('peer-tfjs-webgpu')) peers.push({ engine: 'tfjs', backend: 'webgpu', form });
  }
  return peers;
}

function chosenThreads(): readonly number[] {
  return [...byId('threads', HTMLElement).querySelectorAll('input')]
    .filter(({ checked }) => checked)
    .map(({ value }) => Number(value));
}

function isChecked(id: string): boolean {
  return byId(id, HTMLInputElement).checked;
}
