import { type ErrorCode, HwgqError } from '../client/index.ts';
import type { Words } from './words.ts';

/** Part of the element that can fail: loading the model, opening an image, video or camera, playing it, classifying it. */
export type Part = 'model' | 'media' | 'playback' | 'classification';

/** The sentence that users read. */
export type FailureText = Extract<keyof Words, `${string}Failed` | `${string}Stopped` | 'misconfigured'>;

const TEXTS: Readonly<
  Record<Part, { readonly [Code in ErrorCode]?: FailureText } & { readonly default: FailureText }>
> = {
  model: { 'invalid-option': 'misconfigured', default: 'modelFailed' },
  media: { camera: 'cameraFailed', default: 'sourceFailed' },
  playback: { camera: 'cameraFailed', default: 'videoFailed' },
  classification: {
    camera: 'cameraStopped',
    'invalid-image': 'sourceFailed',
    'invalid-option': 'misconfigured',
    default: 'classifierStopped',
  },
};

/** After these, loading the model again may help. */
const RETRIED: readonly FailureText[] = ['modelFailed', 'classifierStopped'];

/** The current failures of an element, at most one for each part. */
export class Failures {
  /** The latest is last. */
  readonly #errors = new Map<Part, HwgqError>();

  /** @returns Whether the failure is new. */
  add(part: Part, error: HwgqError): boolean {
    if (this.#errors.get(part) === error) return false;
    this.#errors.delete(part);
    this.#errors.set(part, error);
    return true;
  }

  clear(...parts: readonly Part[]): void {
    for (const part of parts) this.#errors.delete(part);
  }

  /** Whether loading the model again may help. */
  get isRetryable(): boolean {
    return this.#texts.some((text) => RETRIED.includes(text));
  }

  /** The text for the latest failure; undefined if there is none. */
  get text(): FailureText | undefined {
    return this.#texts.at(-1);
  }

  get #texts(): readonly FailureText[] {
    return [...this.#errors].map(([part, { code }]) => TEXTS[part][code] ?? TEXTS[part].default);
  }
}

/** Whether an error means that something was cancelled on purpose. */
export function isAbort(error: unknown): boolean {
  if (error instanceof HwgqError) return error.code === 'disposed';
  return error instanceof DOMException && error.name === 'AbortError';
}

/** Wraps an unexpected error, so that every error of the element has a code. */
export function toHwgqError(error: unknown, part: Part): HwgqError {
  if (error instanceof HwgqError) return error;
  const code = part === 'media' ? 'invalid-image' : 'worker';
  const subject = part === 'media' ? 'Opening the image' : 'The classifier';
  return new HwgqError(code, `${subject} failed: ${error}. Try again, or reload the page.`, {}, { cause: error });
}
