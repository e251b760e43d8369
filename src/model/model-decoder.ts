import { HwgqError } from '../errors.ts';
import { finalBlobs } from '../graph/blobs.ts';
import type { Shape } from '../graph/graph.ts';
import { classCount, hasScores } from '../graph/scores.ts';
import { asChwShape, elementCount } from '../graph/shapes.ts';
import { validateGraph } from '../graph/validate.ts';
import { indexOfNonFinite, validateNumbers } from '../graph/validate-numbers.ts';
import { channelCount } from '../image/preprocessing.ts';
import type { StreamHash } from './buffered-hash.ts';
import { expectKnownFeatures, expectRequired } from './features.ts';
import {
  CHECKED_FROM,
  FORMAT_VERSION,
  HASH_FROM,
  HEADER_FROM,
  MAGIC,
  MAX_HEADER_BYTES,
  MAX_NESTING,
} from './file-layout.ts';
import { GrowingBuffer } from './growing-buffer.ts';
import type { Model } from './model.ts';
import { parseHeader } from './parse-header.ts';
import { rejectFile } from './reject-file.ts';
import { aligned, canDeflateTo, inflated, loadTensor, type Tensor } from './sections.ts';
import { validateFields } from './validate-fields.ts';

/** The content of a file before anything but its sizes has been checked. */
interface Parsed {
  readonly hash: Uint8Array;
  /** The model as JSON, with references to sections in place of tensors. */
  readonly content: unknown;
  /** The optional blocks, as JSON like the model. */
  readonly blocks: unknown;
  readonly requires: readonly unknown[];
  readonly tensors: readonly Tensor[];
}

/** Files that are often served in place of a model: what each is, what to do, and how it begins. */
const OTHER_FILES: readonly (readonly [string, string, RegExp])[] = [
  ['a web page, perhaps an error page,', "Check the model's URL.", /^\s*</],
  ['a Git LFS pointer', "Fetch the file itself with 'git lfs pull'.", /^version https:\/\/git-lfs/],
  // Byte 0x8b is not valid UTF-8.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a gzip file begins with them.
  ['a gzip file', 'Decompress it, or serve it with Content-Encoding: gzip.', /^\x1f\ufffd\x08/],
];

const INTEGRITY = /^sha256-[A-Za-z0-9+/]{43}=$/;

/**
 * Reads a `.hwgq` file (docs/format.md) while it is downloaded. It hashes every byte and converts each section to a
 * tensor as soon as it is complete. It trusts no byte, and returns the model only after checking the hash. After an
 * error the decoder cannot be used.
 */
export class ModelDecoder {
  readonly #hash: StreamHash;
  readonly #integrity: string | undefined;
  readonly #reading = readParts();
  #part: GrowingBuffer;
  #received = 0;
  #parsed: Parsed | undefined;

  /**
   * @param hash computes the hash of the file. It must be able to `digest` when `finish` is called.
   * @param integrity the SHA-256 of the whole file, in the form of Subresource Integrity: `sha256-` and base64. If it is
   *   given, the file's own hash, which covers less, is not checked.
   * @throws HwgqError `invalid-option` if `integrity` has another form.
   */
  constructor(hash: StreamHash, integrity?: string) {
    if (integrity !== undefined && !INTEGRITY.test(integrity)) {
      throw new HwgqError(
        'invalid-option',
        `\`integrity\` is '${integrity}'. Pass 'sha256-' and the 44 base64 characters of the file's SHA-256.`,
      );
    }
    this.#integrity = integrity;
    this.#hash = hash;
    this.#part = new GrowingBuffer(HEADER_FROM);
    this.#reading.next();
  }

  /** The number of bytes received. */
  get received(): number {
    return this.#received;
  }

  /**
   * Adds the file's next bytes. The decoder copies what it needs of them.
   * @throws HwgqError `model-format` as soon as the bytes cannot be part of a model.
   */
  push(bytes: Uint8Array): void {
    const hashedFrom = this.#integrity === undefined ? CHECKED_FROM : 0;
    this.#hash.update(bytes.subarray(Math.max(0, hashedFrom - this.#received)));
    this.#received += bytes.length;
    let rest = bytes;
    while (rest.length > 0) {
      if (this.#parsed) {
        const end = this.#received - rest.length;
        rejectFile(`its sections end at byte ${end} and more bytes follow`, end);
      }
      rest = rest.subarray(this.#part.append(rest));
      while (this.#part.isComplete && !this.#parsed) this.#advance();
    }
  }

  /**
   * Returns the model. Call it once, after pushing all bytes. Its graph is valid (`validateGraph`, `validateNumbers`).
   * @throws HwgqError `model-integrity` if the file does not have the hash `integrity`; `model-format` if the file is
   *   incomplete, changed or has a wrong field; `shape-mismatch` or `invalid-graph` if the network is inconsistent or has
   *   a parameter that is not a usable number.
   */
  finish(): Model {
    const seen = this.#hash.digest();
    if (this.#integrity !== undefined) checkIntegrity(this.#integrity, seen);
    if (!this.#parsed) {
      if (this.#received < HEADER_FROM) checkMagic(this.#part.bytes);
      return rejectFile(`it is truncated after ${this.#received} bytes`, this.#received);
    }
    const { hash, content, blocks, requires, tensors } = this.#parsed;
    if (this.#integrity === undefined && !hash.every((byte, index) => byte === seen[index])) {
      rejectFile('its hash does not match its content', HASH_FROM);
    }
    const toTensors = (json: unknown) => withTensors(json, tensors, MAX_NESTING);
    const model = validateFields(toTensors(content), toTensors(blocks));
    expectRequired(model, requires, HEADER_FROM);
    checkFit(model, validateGraph(model.graph));
    validateNumbers(model.graph);
    return model;
  }

  #advance(): void {
    const step = this.#reading.next(this.#part.bytes);
    if (step.done) this.#parsed = step.value;
    else this.#part = new GrowingBuffer(step.value);
  }
}

function checkIntegrity(integrity: string, digest: Uint8Array): void {
  const seen = `sha256-${btoa(String.fromCharCode(...digest))}`;
  if (seen === integrity) return;
  throw new HwgqError(
    'model-integrity',
    `The model's hash is ${seen}, not ${integrity}. Download the file again, or update \`integrity\` if the model has changed.`,
  );
}

/** Reads the parts of a file in order: yields the size of each part and receives its bytes. */
function* readParts(): Generator<number, Parsed, Uint8Array<ArrayBuffer>> {
  const start = yield HEADER_FROM;
  checkMagic(start);
  const view = new DataView(start.buffer);
  const version = view.getUint32(4, true);
  checkVersion(version);
  const stored = view.getUint32(CHECKED_FROM, true);
  const size = view.getUint32(CHECKED_FROM + 4, true);
  if (size > MAX_HEADER_BYTES || !canDeflateTo(size, stored)) {
    rejectFile(`its header cannot have ${stored} bytes deflated and ${size} inflated`, CHECKED_FROM);
  }
  const header = yield aligned(stored);
  const { table, content, ...additions } = parseHeader(inflated(header.subarray(0, stored), size));
  const { requires, blocks } = version === 1 ? { requires: [], blocks: {} } : additions;
  expectKnownFeatures(requires, HEADER_FROM);
  const tensors: Tensor[] = [];
  for (const entry of table) tensors.push(loadTensor(entry, yield aligned(entry.stored)));
  return {
    hash: start.subarray(HASH_FROM, CHECKED_FROM),
    content,
    blocks,
    requires: requires as readonly unknown[],
    tensors,
  };
}

/** @param start the file's first bytes, or all bytes of a shorter file. */
function checkMagic(start: Uint8Array): void {
  if (MAGIC.every((byte, index) => start[index] === byte)) return;
  const text = new TextDecoder().decode(start);
  const [seen, remedy] = OTHER_FILES.find(([, , pattern]) => pattern.test(text)) ?? [];
  rejectFile(seen ? `it is ${seen} instead of a model` : 'it does not begin with "HWGQ"', 0, remedy);
}

function checkVersion(version: number): void {
  if (version >= 1 && version <= FORMAT_VERSION) return;
  const remedy = version > FORMAT_VERSION ? 'Update hwgq-web' : 'Convert the model again';
  throw new HwgqError(
    'model-format',
    `The model has format version ${version}; this version of hwgq-web reads versions 1 to ${FORMAT_VERSION}. ${remedy}, or download the file again.`,
    { byte: 4, version },
  );
}

/** Replaces the header's references to sections by tensors. */
function withTensors(value: unknown, tensors: readonly Tensor[], levels: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (levels === 0) rejectFile(`its header is nested deeper than ${MAX_NESTING} levels`, HEADER_FROM);
  if (Array.isArray(value)) return value.map((item) => withTensors(item, tensors, levels - 1));
  const keys = Object.keys(value);
  if (keys.length === 1 && keys[0] === 'section') return tensors[(value as { section: number }).section];
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withTensors(item, tensors, levels - 1)]));
}

/** Checks that preprocessed pictures have the shape of the network's input, and that each class has one label. */
function checkFit({ graph, preprocessing, labels }: Model, shapes: ReadonlyMap<string, Shape>): void {
  const { channels, width, height, fit, mean } = preprocessing;
  const input = asChwShape(graph.input.shape);
  if (channelCount(channels) !== input.channels || width !== input.width || height !== input.height) {
    rejectFile(
      `it prepares pictures as ${channels} of ${width}×${height} and its network's input is ${graph.input.shape.join('×')}`,
      HEADER_FROM,
    );
  }
  const means = mean.kind === 'image' ? elementCount(graph.input.shape) : input.channels;
  if (mean.values.length !== means)
    rejectFile(`its mean has ${mean.values.length} values instead of ${means}`, HEADER_FROM);
  if (mean.kind === 'image') {
    const index = indexOfNonFinite(mean.values);
    if (index >= 0) rejectFile(`value ${index} of its mean image is ${mean.values[index]}`, HEADER_FROM);
  }
  if ('resize' in fit && fit.resize < Math.max(width, height)) {
    rejectFile(`it resizes pictures to ${fit.resize} and its network's input is ${width}×${height}`, HEADER_FROM);
  }
  if (graph.scores !== undefined && !finalBlobs(graph).has(graph.scores)) {
    rejectFile(`its scores are in the blob '${graph.scores}', which it does not have`, HEADER_FROM);
  }
  // A network of several ends can run, but which of them the labels belong to is not known.
  if (!labels || !hasScores(graph)) return;
  const classes = classCount(graph, shapes);
  if (labels.length !== classes) rejectFile(`it has ${labels.length} labels for ${classes} classes`, HEADER_FROM);
}
