import type { Picture } from '../../image/picture.ts';

/** An encoded picture: PNG, JPEG or WebP. */
export interface EncodedPicture {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** A picture of a data set: encoded, or as pixels if the data set stores pixels. */
export type StoredPicture = EncodedPicture | Picture;

/** A labelled data set. */
export interface DataSet {
  /** Human-readable kind of data set. */
  readonly format: string;
  /** Number of pictures. */
  readonly length: number;
  /** Names of the classes, indexed by label. If absent, a label is an index into the network's scores. */
  readonly classes?: readonly string[];
  /** ImageNet ids in the order of the network's scores, if the data set contains such a list. */
  readonly synsets?: readonly string[];
  /** Returns the label of a picture, an integer of at least 0. */
  label(index: number): number;
  /** Returns the name of a picture: its path, or a file name and an index. */
  name(index: number): string;
  /**
   * Reads a picture.
   * @throws HwgqError `file` or `data-format` if it cannot be read.
   */
  read(index: number): Promise<StoredPicture>;
}

/** Returns whether a picture is encoded. */
export function isEncoded(picture: StoredPicture): picture is EncodedPicture {
  return 'bytes' in picture;
}
