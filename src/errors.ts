/** What went wrong, for programs; the message says it for people. */
export type ErrorCode =
  /** Prototxt text that does not parse; details: line, column. */
  | 'prototxt-syntax'
  /** A caffemodel or binaryproto that is not one, or is cut short; details: byte. */
  | 'caffemodel-format'
  /** A layer type nobody here knows; details: layer, type. */
  | 'unknown-layer'
  /** Weights that the network needs and the file lacks; details: layer. */
  | 'missing-blob'
  /** Layers, parameters or weights whose shapes do not fit; details: layer. */
  | 'shape-mismatch'
  /** A network whose layers do not connect; details: layer. */
  | 'invalid-graph'
  /** A file that is not a `.hwgq` model, or a damaged one; details: byte where known. */
  | 'model-format'
  /** A model whose hash is not the one asked for. */
  | 'model-integrity'
  /** A download that failed, of a model or of a part of this library; details: url and status where known. */
  | 'download'
  /** A file that cannot be read or written, or is of another size than needed; details: file. */
  | 'file'
  /** A network that this backend does not run; details: layer, backend. */
  | 'unsupported'
  /** No usable WebGPU here. */
  | 'no-webgpu'
  /** No WebAssembly with vectors here, or the page forbids compiling it. */
  | 'no-wasm'
  /** The GPU went away while it was needed and did not come back. */
  | 'device-lost'
  /** The GPU refused an allocation; details: bytes. */
  | 'out-of-memory'
  /** An option or argument outside what is accepted. */
  | 'invalid-option'
  /** A data set that is none of the known kinds, or is damaged; details: file where one is to blame. */
  | 'data-format'
  /** Classes of a data set that the model does not know; details: classes, as names with commas between. */
  | 'unknown-class'
  /** Something that is not a picture, or that cannot be decoded. */
  | 'invalid-image'
  /** There is no camera's picture: not allowed, no camera, in use, or nobody has clicked; details: reason. */
  | 'camera'
  /** The worker could not start, or died. */
  | 'worker'
  /** A call on a classifier after `dispose()`. */
  | 'disposed';

/** What an error is about, by the names that its code lists. */
export type ErrorDetails = Readonly<Record<string, string | number | boolean | undefined>>;

/**
 * Every error that this project throws on purpose. The message names what was wrong, the value seen, what is
 * accepted, and the remedy. It crosses a worker boundary with `code` and `details` intact.
 */
export class HwgqError extends Error {
  override readonly name = 'HwgqError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details: ErrorDetails = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/**
 * Runs an action on a file; a typed error out of it gets the file's name before its message, and into its details.
 */
export function withFileName<Result>(file: string, action: () => Result): Result {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof HwgqError)) throw error;
    throw new HwgqError(error.code, `${file}: ${error.message}`, { ...error.details, file }, { cause: error });
  }
}

/**
 * For the `catch` of an import: says that a part of this library, fetched only where it is needed, cannot be had.
 * @param cause whose message, in most browsers, has the part's address.
 * @throws HwgqError `download`.
 */
export function missingPart(cause: Error): never {
  throw new HwgqError(
    'download',
    `A part of the library is missing: ${cause.message}. Check the connection, and that all its files are there.`,
    {},
    { cause },
  );
}

/** Returns the message of a thrown value, which may be anything: a value other than an Error is converted to text. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
