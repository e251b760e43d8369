import type { Picture } from '../../image/picture.ts';

/** A picture as it is stored: PNG, JPEG or WebP. */
export interface EncodedPicture {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** What a data set gives: a file's bytes, or pixels where it stores pixels. */
export type StoredPicture = EncodedPicture | Picture;

/** Pictures with the classes that they truly belong to. */
export interface DataSet {
  /** What kind of data set it was taken for, for people. */
  readonly format: string;
  readonly length: number;
  /** The names that labels stand for; absent where a label is the place of the class among the network's scores. */
  readonly classes?: readonly string[];
  /** ImageNet's ids by place among the network's scores, where the data set brings such a list. */
  readonly synsets?: readonly string[];
  /** A whole number from 0. */
  label(index: number): number;
  /** What the picture is called: its path, or its place. */
  name(index: number): string;
  /** @throws HwgqError `file` or `data-format` where it cannot be read. */
  read(index: number): Promise<StoredPicture>;
}

export function isEncoded(picture: StoredPicture): picture is EncodedPicture {
  return 'bytes' in picture;
}
