/**
 * A file of a data set, on disk or dropped on a page. Only the requested bytes are read, so that a data set need not fit in
 * memory.
 */
export interface NamedFile {
  /** Path relative to the data set's folder, with slashes. */
  readonly path: string;
  /** Returns the size in bytes. */
  size(): Promise<number>;
  /** Returns the bytes from `start` up to, but not including, `end`. Default: all. */
  bytes(start?: number, end?: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** Returns the last part of a path. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Returns the content of a UTF-8 file. */
export async function textOf(file: NamedFile): Promise<string> {
  return new TextDecoder().decode(await file.bytes());
}
