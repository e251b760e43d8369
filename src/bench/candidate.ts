import type { BackendName, SimdLevel } from '../engine/runner.ts';
import type { ExportForm } from '../tools/onnx/export.ts';

/** This project's engine, on one backend in one mode. */
export interface OwnCandidate {
  readonly engine: 'hwgq-web';
  readonly backend: BackendName | 'auto';
  /** Of WebAssembly. Default: the best there is. */
  readonly simd?: SimdLevel;
  /** Of WebAssembly. Default: 1. */
  readonly threads?: number;
}

/** onnxruntime-web, running an export of the same network. */
export interface OnnxRuntimeCandidate {
  readonly engine: 'onnxruntime-web';
  readonly backend: 'wasm' | 'webgpu';
  readonly form: ExportForm;
  /** Of WebAssembly. Default: 1. */
  readonly threads?: number;
}

/** tfjs, running an export in operations of its own. */
export interface TfjsCandidate {
  readonly engine: 'tfjs';
  readonly backend: 'wasm' | 'webgpu';
  readonly form: 'exact' | 'float-twin';
  /** Of WebAssembly. Default: 1. */
  readonly threads?: number;
}

/** Another engine. */
export type PeerCandidate = OnnxRuntimeCandidate | TfjsCandidate;

/** An engine in one mode with a network to run. */
export type Candidate = OwnCandidate | PeerCandidate;

export type ModelForm = 'hwgq' | ExportForm;

/** The form in which a candidate runs the network. */
export function formOf(candidate: Candidate): ModelForm {
  return candidate.engine === 'hwgq-web' ? 'hwgq' : candidate.form;
}

/** The form of the file that it is given: tfjs makes its operations out of this project's. */
export function loadedForm(candidate: Candidate): ModelForm {
  return candidate.engine === 'tfjs' ? 'hwgq' : formOf(candidate);
}

const FORM_NAMES: Readonly<Record<ExportForm, string>> = {
  exact: 'exact float32',
  'float-twin': 'float32',
  'int8-twin': 'int8',
};

const BACKEND_NAMES = { wasm: 'WASM', webgpu: 'WebGPU', reference: 'reference', auto: 'automatic' } as const;

/** A candidate's name for people, which no other candidate has. */
export function nameOf(candidate: Candidate): string {
  const { engine, backend, threads = 1 } = candidate;
  const parts: string[] = [engine, BACKEND_NAMES[backend]];
  if (candidate.engine === 'hwgq-web') {
    if (candidate.simd) parts.push(`${candidate.simd} SIMD`);
  } else parts.push(FORM_NAMES[candidate.form]);
  if (backend === 'wasm') parts.push(threads === 1 ? '1 thread' : `${threads} threads`);
  return parts.join(' · ');
}
