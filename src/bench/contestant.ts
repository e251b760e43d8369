import type { BackendName, SimdLevel } from '../engine/runner.ts';
import type { ExportForm } from '../tools/onnx/export.ts';

/** This project's engine, on one backend in one mode. */
export interface OwnContestant {
  readonly engine: 'hwgq-web';
  readonly backend: BackendName | 'auto';
  /** Of WebAssembly. Default: the best there is. */
  readonly simd?: SimdLevel;
  /** Of WebAssembly. Default: 1. */
  readonly threads?: number;
}

/** onnxruntime-web, running an export of the same network. */
export interface OnnxRuntimeContestant {
  readonly engine: 'onnxruntime-web';
  readonly backend: 'wasm' | 'webgpu';
  readonly form: ExportForm;
  /** Of WebAssembly. Default: 1. */
  readonly threads?: number;
}

/** tfjs, running an export in operations of its own. */
export interface TfjsContestant {
  readonly engine: 'tfjs';
  readonly backend: 'wasm' | 'webgpu';
  readonly form: 'exact' | 'float-twin';
  /** Of WebAssembly. Default: 1. */
  readonly threads?: number;
}

/** Another engine. */
export type PeerContestant = OnnxRuntimeContestant | TfjsContestant;

/** An engine in one mode with a network to run. */
export type Contestant = OwnContestant | PeerContestant;

export type ModelForm = 'hwgq' | ExportForm;

/** The form in which a contestant runs the network. */
export function formOf(contestant: Contestant): ModelForm {
  return contestant.engine === 'hwgq-web' ? 'hwgq' : contestant.form;
}

/** The form of the file that it is given: tfjs makes its operations out of this project's. */
export function loadedForm(contestant: Contestant): ModelForm {
  return contestant.engine === 'tfjs' ? 'hwgq' : formOf(contestant);
}

const FORM_NAMES: Readonly<Record<ExportForm, string>> = {
  exact: 'exact float32',
  'float-twin': 'float32',
  'int8-twin': 'int8',
};

const BACKEND_NAMES = { wasm: 'WASM', webgpu: 'WebGPU', reference: 'reference', auto: 'automatic' } as const;

/** A contestant's name for people, which no other contestant has. */
export function nameOf(contestant: Contestant): string {
  const { engine, backend, threads = 1 } = contestant;
  const parts: string[] = [engine, BACKEND_NAMES[backend]];
  if (contestant.engine === 'hwgq-web') {
    if (contestant.simd) parts.push(`${contestant.simd} SIMD`);
  } else parts.push(FORM_NAMES[contestant.form]);
  if (backend === 'wasm') parts.push(threads === 1 ? '1 thread' : `${threads} threads`);
  return parts.join(' · ');
}
