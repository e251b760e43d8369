import type {
  Candidate,
  LiteRtCandidate,
  MediaPipeCandidate,
  OnnxRuntimeCandidate,
  OwnCandidate,
} from '../candidate.ts';

/** An engine that can be measured from a picture to a label. */
export type PictureCandidate = OwnCandidate | OnnxRuntimeCandidate | LiteRtCandidate | MediaPipeCandidate;

/** It cannot run networks with gray input. */
export const MEDIAPIPE: MediaPipeCandidate = { engine: 'MediaPipe', backend: 'wasm', form: 'int8-twin' };

/**
 * Returns those of the selected candidates that take part: this project's engine, and int8 networks on WebAssembly in
 * other engines. MediaPipe has to be added.
 */
export function pictureCandidates(candidates: readonly Candidate[]): readonly PictureCandidate[] {
  return candidates.filter(isPictureCandidate);
}

function isPictureCandidate(candidate: Candidate): candidate is Exclude<PictureCandidate, MediaPipeCandidate> {
  const { engine, backend } = candidate;
  if (engine === 'hwgq-web') return backend !== 'reference' && candidate.simd !== 'plain';
  return engine !== 'tfjs' && backend === 'wasm' && candidate.form === 'int8-twin';
}
