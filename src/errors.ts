/** The kind of an error, for programs. The message describes it for people. */
export type ErrorCode =
  /** A prototxt that cannot be parsed. Details: `line`, `column`. */
  | 'prototxt-syntax'
  /** A damaged or truncated caffemodel or binaryproto, or another file. Details: `byte`. */
  | 'caffemodel-format'
  /** An unknown layer type. Details: `layer`, `type`. */
  | 'unknown-layer'
  /** A layer without weights in the file. Details: `layer`. */
  | 'missing-blob'
  /** Layers, parameters or weights whose shapes do not match. Details: `layer`. */
  | 'shape-mismatch'
  /** A network whose layers are not connected, whose parameters are out of range, or that has several ends. Details: `layer` or `blobs`. */
  | 'invalid-graph'
  /** A damaged `.hwgq` model, or another file. Details: `byte` and `url` if known. */
  | 'model-format'
  /** A model whose hash differs from `integrity`. Details: `url` if known. */
  | 'model-integrity'
  /** A failed download of a model, a picture or a part of this library. Details: `url` and `status` if known. */
  | 'download'
  /** A file that cannot be read or written, or has the wrong size. Details: `file`. */
  | 'file'
  /** A network that the backend cannot run. Details: `layer`, `backend`. */
  | 'unsupported'
  /** WebGPU is not available. */
  | 'no-webgpu'
  /** WebAssembly with SIMD is not available, or the page's CSP forbids it. */
  | 'no-wasm'
  /** The GPU was lost and could not be opened again. */
  | 'device-lost'
  /** A GPU whose results differ from WebAssembly's, or that does not finish. Details: `difference` if known. */
  | 'gpu-fault'
  /** An allocation failed, on the GPU or of WebAssembly memory. Details: `bytes` if known. */
  | 'out-of-memory'
  /** An option or argument that is not accepted. */
  | 'invalid-option'
  /** A data set that is damaged or of an unknown kind. Details: `file` if one file is the cause. */
  | 'data-format'
  /** Classes of a data set that the model does not have. Details: `classes`, comma-separated. */
  | 'unknown-class'
  /** A picture that cannot be decoded or drawn, or a value that is not a picture. */
  | 'invalid-image'
  /** The camera cannot be used: permission denied, no camera, in use elsewhere, or not started by a click. Details: `reason`. */
  | 'camera'
  /** The worker could not be started, or it failed. */
  | 'worker'
  /** Scores that are infinite or NaN. Details: `index`, the first such class. */
  | 'invalid-scores'
  /** A call to a disposed classifier. */
  | 'disposed';

/** The details of an error, under the names that its code lists. */
export type ErrorDetails = Readonly<Record<string, string | number | boolean | undefined>>;

/**
 * An error that this library throws on purpose. The message names the problem, the value, what is accepted, and the
 * remedy. `code` and `details` are kept when the error is transferred from a worker.
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

/** Runs an action on a file. If it throws an HwgqError, the file's name is added to the message and the details. */
export function withFileName<Result>(file: string, action: () => Result): Result {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof HwgqError)) throw error;
    throw new HwgqError(error.code, `${file}: ${error.message}`, { ...error.details, file }, { cause: error });
  }
}

/**
 * Reports a part of this library that cannot be fetched. Use it in the `catch` of a dynamic import.
 * @param cause an error whose message, in most browsers, contains the part's URL.
 * @throws HwgqError `download`, always.
 */
export function missingPart(cause: Error): never {
  throw new HwgqError(
    'download',
    `A part of the library cannot be fetched: ${cause.message}. Check the connection, and deploy all files of the package.`,
    {},
    { cause },
  );
}

/** Returns the message of a thrown value, which may be anything: a value other than an Error is converted to text. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
