import type { BackendName, SimdLevel } from '../engine/runner.ts';
import type { ExportForm } from '../tools/onnx/export.ts';
import type { TfliteForm } from './tflite-export.ts';

/** This project's engine on one backend in one mode. */
export interface OwnCandidate {
  readonly engine: 'hwgq-web';
  readonly backend: BackendName | 'auto';
  /** WebAssembly only. Default: the fastest supported. */
  readonly simd?: SimdLevel;
  /** WebAssembly only. Default: 1. */
  readonly threads?: number;
}

/** onnxruntime-web with an export of the same network. */
export interface OnnxRuntimeCandidate {
  readonly engine: 'onnxruntime-web';
  readonly backend: 'wasm' | 'webgpu';
  readonly form: ExportForm;
  /** WebAssembly only. Default: 1. */
  readonly threads?: number;
}

/** tfjs with an export of the same network, translated to tfjs operations. */
export interface TfjsCandidate {
  readonly engine: 'tfjs';
  readonly backend: 'wasm' | 'webgpu';
  readonly form: 'exact' | 'float-twin';
  /** WebAssembly only. Default: 1. */
  readonly threads?: number;
}

/** LiteRT.js with an export of the same network as a TFLite file. */
export interface LiteRtCandidate {
  readonly engine: 'LiteRT.js';
  readonly backend: 'wasm';
  readonly form: TfliteForm;
  /** Default: 1. */
  readonly threads?: number;
}

/** MediaPipe's image classifier, which runs TFLite files on one thread. It only accepts pictures. */
export interface MediaPipeCandidate {
  readonly engine: 'MediaPipe';
  readonly backend: 'wasm';
  readonly form: 'int8-twin';
  readonly threads?: 1;
}

/** A candidate of another engine. */
export type PeerCandidate = OnnxRuntimeCandidate | TfjsCandidate | LiteRtCandidate;

/** An engine in one mode, to be measured. */
export type Candidate = OwnCandidate | PeerCandidate;

/** A form of the network: a `.hwgq` file, an ONNX export or a TFLite export. */
export type ModelForm = 'hwgq' | ExportForm | `tflite-${TfliteForm}`;

/** Returns the form of the network that a candidate runs. */
export function formOf(candidate: Candidate | MediaPipeCandidate): ModelForm {
  switch (candidate.engine) {
    case 'hwgq-web':
      return 'hwgq';
    case 'LiteRT.js':
    case 'MediaPipe':
      return `tflite-${candidate.form}`;
    default:
      return candidate.form;
  }
}

/** Returns the form of the file that a candidate loads: for tfjs, the export is made from a `.hwgq` file. */
export function loadedForm(candidate: Candidate): ModelForm {
  return candidate.engine === 'tfjs' ? 'hwgq' : formOf(candidate);
}

const FORM_NAMES: Readonly<Record<ExportForm, string>> = {
  exact: 'exact float32',
  'float-twin': 'float32',
  'int8-twin': 'int8',
};

const BACKEND_NAMES = { wasm: 'WASM', webgpu: 'WebGPU', reference: 'reference', auto: 'automatic' } as const;

/** Returns the unique human-readable name of a candidate. */
export function nameOf(candidate: Candidate | MediaPipeCandidate): string {
  const { engine, backend, threads = 1 } = candidate;
  const parts: string[] = [engine, BACKEND_NAMES[backend]];
  if (candidate.engine === 'hwgq-web') {
    if (candidate.simd) parts.push(`${candidate.simd} SIMD`);
  } else parts.push(FORM_NAMES[candidate.form]);
  if (backend === 'wasm') parts.push(threads === 1 ? '1 thread' : `${threads} threads`);
  return parts.join(' · ');
}
