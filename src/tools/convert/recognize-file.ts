import { type ErrorCode, HwgqError } from '../../errors.ts';

/** Bytes at the beginning that suffice to recognize a file. */
const START_BYTES = 64;

interface Kind {
  readonly name: string;
  readonly remedy: string;
  /** Matches the beginning of the file, decoded as UTF-8. Bytes that are not valid there are U+FFFD. */
  readonly pattern: RegExp;
}

const UNPACK = 'Unpack it first';

/* biome-ignore-start lint/suspicious/noControlCharactersInRegex: these files begin with control characters. */

/** Files that are taken for others: downloads gone wrong, and what training programs and editors write. */
const ANY_FILE: readonly Kind[] = [
  { name: 'a web page, perhaps an error page', remedy: 'Download the file again', pattern: /^\s*</ },
  {
    name: 'a Git LFS pointer',
    remedy: "Fetch the file itself with 'git lfs pull'",
    pattern: /^version https:\/\/git-lfs/,
  },
  { name: 'a gzip file', remedy: UNPACK, pattern: /^\x1f\ufffd\x08/ },
  { name: 'a zip archive', remedy: UNPACK, pattern: /^PK\x03\x04/ },
  { name: 'a bzip2 file', remedy: UNPACK, pattern: /^BZh\d/ },
  { name: 'an xz file', remedy: UNPACK, pattern: /^\ufffd7zXZ\0/ },
  { name: 'a zstd file', remedy: UNPACK, pattern: /^\(\ufffd\/\ufffd/ },
  { name: 'a 7z archive', remedy: UNPACK, pattern: /^7z\ufffd\ufffd'\x1c/ },
  {
    name: 'an HDF5 file',
    remedy: 'Let Caffe write a caffemodel: set snapshot_format: BINARYPROTO, or load the file and call Net.save',
    pattern: /^\ufffdHDF\r\n\x1a\n/,
  },
  {
    name: 'a NumPy file (.npy)',
    remedy: 'Pass one number per channel, or a mean image as binaryproto',
    pattern: /^\ufffdNUMPY/,
  },
  { name: 'a .hwgq model', remedy: 'It is converted already', pattern: /^HWGQ/ },
  { name: 'a PNG picture', remedy: 'Pass another file', pattern: /^\ufffdPNG\r\n/ },
  { name: 'a JPEG picture', remedy: 'Pass another file', pattern: /^\ufffd{3}[\ufffd\0-\x7f]/ },
  {
    name: 'a pickled Python object, such as a PyTorch checkpoint',
    remedy: 'Pass Caffe files',
    pattern: /^\ufffd[\x02-\x05][c}]/,
  },
  { name: 'a text in UTF-16', remedy: 'Save it as UTF-8', pattern: /^(\ufffd\ufffd(.\0|\0.)|.\0.\0|\0.\0.)/s },
];

/** Further files that are taken for Caffe's binary files. */
const BINARY_FILE: readonly Kind[] = [
  { name: 'an ONNX model', remedy: 'Pass a caffemodel', pattern: /^\x08[\x01-\x14].*(onnx|pytorch)/is },
  {
    name: "a solver's state (.solverstate)",
    remedy: 'Pass the caffemodel beside it',
    pattern: /^\x08[^\0-\x7f]{0,4}[\0-\x7f]\x12/,
  },
  {
    name: 'a prototxt',
    remedy: 'Pass the binary file',
    pattern: /^\s*(#[^\n]*\n|(name|layers?|input\w*|net|state)\s*[:{])/,
  },
];

/** Further files that are taken for a prototxt or for labels. */
const TEXT_FILE: readonly Kind[] = [
  { name: 'a binary file, perhaps a caffemodel', remedy: 'Pass the text file', pattern: /^.{0,63}[\0-\x06]/s },
];
const LABELS: readonly Kind[] = [
  { name: 'JSON', remedy: 'Pass a text file with one label per line', pattern: /^\ufeff?\s*[[{]/ },
  { name: 'a prototxt', remedy: 'Pass a text file with one label per line', pattern: /^\s*(item|name|layer)\s*[:{]/ },
];
const MEAN_IMAGE: readonly Kind[] = [
  { name: 'a caffemodel', remedy: 'Pass the binaryproto of a mean image', pattern: /^\n[^\n]/ },
];
const WEIGHTS: readonly Kind[] = [
  {
    name: 'a binaryproto of one blob, such as a mean image',
    remedy: 'Pass a caffemodel',
    pattern: /^\x08[^\0-\x7f]{0,4}[\0-\x7f]\x10/,
  },
];

/* biome-ignore-end lint/suspicious/noControlCharactersInRegex: as above. */

/** A role in which a file is passed: its name in messages, the error code, and what else is passed by mistake. */
const ROLES = {
  prototxt: { wanted: 'a prototxt', code: 'prototxt-syntax', kinds: [...ANY_FILE, ...TEXT_FILE] },
  labels: { wanted: 'labels', code: 'file', kinds: [...ANY_FILE, ...TEXT_FILE, ...LABELS] },
  weights: { wanted: 'a caffemodel', code: 'caffemodel-format', kinds: [...ANY_FILE, ...WEIGHTS, ...BINARY_FILE] },
  mean: { wanted: 'a mean image', code: 'caffemodel-format', kinds: [...ANY_FILE, ...MEAN_IMAGE, ...BINARY_FILE] },
} as const satisfies Record<string, { wanted: string; code: ErrorCode; kinds: readonly Kind[] }>;

/**
 * Refuses a file that is recognized as something else.
 * @param content the file, or its text, which may have been decoded wrongly.
 * @throws HwgqError with the code of the role, saying what the file is.
 */
export function refuseOtherFile(role: keyof typeof ROLES, content: Uint8Array | string): void {
  const { wanted, code, kinds } = ROLES[role];
  const start = typeof content === 'string' ? content.slice(0, START_BYTES) : decoded(content);
  const kind = kinds.find(({ pattern }) => pattern.test(start));
  if (kind) throw new HwgqError(code, `This is ${kind.name}, not ${wanted}. ${kind.remedy}.`);
}

function decoded(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(0, START_BYTES));
}
