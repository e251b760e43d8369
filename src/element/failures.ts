import { type ErrorCode, HwgqError } from '../client/index.ts';
import type { Words } from './words.ts';

/** What can fail: loading the model, opening a picture, film or camera, playing it, looking at it. */
export type Part = 'model' | 'media' | 'play' | 'look';

type Sentence = Exclude<keyof Words, 'looksLike'>;

/** What is said of a failure, by its code. */
const SENTENCES: Readonly<Record<Part, { readonly [Code in ErrorCode]?: Sentence } & { readonly others: Sentence }>> = {
  model: { 'invalid-option': 'setUpWrongly', others: 'modelFailed' },
  media: { camera: 'cameraFailed', others: 'pictureFailed' },
  play: { camera: 'cameraFailed', others: 'filmFailed' },
  look: {
    camera: 'cameraStopped',
    'invalid-image': 'pictureFailed',
    'invalid-option': 'setUpWrongly',
    others: 'networkStopped',
  },
};

/** After these the model is worth another try. */
const MODEL_LOST: readonly Sentence[] = ['modelFailed', 'networkStopped'];

/** What is wrong at present. */
export class Failures {
  /** The latest is the last. */
  readonly #errors = new Map<Part, HwgqError>();

  /** @returns whether it was not known yet. */
  add(part: Part, error: HwgqError): boolean {
    if (this.#errors.get(part) === error) return false;
    this.#errors.delete(part);
    this.#errors.set(part, error);
    return true;
  }

  /** @returns whether something was wrong. */
  mend(...parts: readonly Part[]): boolean {
    return parts.map((part) => this.#errors.delete(part)).includes(true);
  }

  /** Whether the model has failed and another try may help. */
  get isModelLost(): boolean {
    return this.#sentences.some((sentence) => MODEL_LOST.includes(sentence));
  }

  /** What is said of the latest; undefined where nothing is wrong. */
  textIn(words: Words): string | undefined {
    const latest = this.#sentences.at(-1);
    return latest && words[latest];
  }

  get #sentences(): readonly Sentence[] {
    return [...this.#errors].map(([part, { code }]) => SENTENCES[part][code] ?? SENTENCES[part].others);
  }
}

/** Whether something has not failed, but was given up on purpose. */
export function isGivenUp(error: unknown): boolean {
  if (error instanceof HwgqError) return error.code === 'disposed';
  return error instanceof DOMException && error.name === 'AbortError';
}

/** An error as the element tells it: with a code, also where nobody has foreseen it. */
export function typed(error: unknown, part: Part): HwgqError {
  if (error instanceof HwgqError) return error;
  const code = part === 'media' ? 'invalid-image' : 'worker';
  const subject = part === 'media' ? 'The picture' : 'The classifier';
  return new HwgqError(
    code,
    `${subject} has failed unexpectedly: ${error}. Try again, or reload the page.`,
    {},
    { cause: error },
  );
}
