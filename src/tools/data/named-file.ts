/**
 * A file of a data set, wherever it is: on a disk, or dropped on a page. Only what is asked for is read, so that a data
 * set never is in memory as a whole.
 */
export interface NamedFile {
  /** Where it is in the data set's folder, with slashes. */
  readonly path: string;
  size(): Promise<number>;
  /** Its bytes from `start` to before `end`. Default: all. */
  bytes(start?: number, end?: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** The last part of a path. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

export async function textOf(file: NamedFile): Promise<string> {
  return new TextDecoder().decode(await file.bytes());
}
