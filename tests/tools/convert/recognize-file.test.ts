import { expect, it } from 'vitest';
import { refuseOtherFile } from '../../../src/tools/convert/recognize-file.ts';
import { writeBinaryproto, writeCaffemodel } from '../../support/caffe-files.ts';

type Role = Parameters<typeof refuseOtherFile>[0];

const bytes = (...parts: (string | readonly number[])[]) =>
  Uint8Array.from(
    parts.flatMap((part) => (typeof part === 'string' ? [...new TextEncoder().encode(part)] : [...part])),
  );
const utf16 = (text: string) => [...text].flatMap((character) => [character.charCodeAt(0), 0]);
const MODEL = writeCaffemodel([{ name: 'ip', blobs: [{ shape: [1], values: [1] }] }]);
const MEAN = writeBinaryproto(
  { shape: [1, 3, 18, 16], values: new Array<number>(864).fill(1) },
  { data: 'packed', dimensions: 'old' },
);
const PROTOTXT = '# A network\nname: "net"\nlayer { name: "a" }';

/** What people pass by mistake, and what a message must say of it. */
const ANYWHERE: readonly (readonly [string, Uint8Array, RegExp])[] = [
  ['HDF5', bytes([0x89], 'HDF\r\n', [0x1a, 0x0a]), /HDF5/],
  [
    'a Git LFS pointer',
    bytes('version https://git-lfs.github.com/spec/v1\noid sha256:00'),
    /LFS pointer.*git lfs pull/,
  ],
  ['gzip', bytes([0x1f, 0x8b, 8, 0, 0, 0]), /gzip.*Unpack/],
  ['zip', bytes('PK', [3, 4, 0]), /zip/],
  ['NumPy', bytes([0x93], 'NUMPY', [1, 0]), /NumPy/],
  ['UTF-16', bytes([0xff, 0xfe], utf16('name: "net"')), /UTF-16.*UTF-8/],
  ['UTF-16 without a mark', bytes(utf16('name: "net"')), /UTF-16/],
  ['a web page', bytes('\n<!doctype html>'), /web page/],
  ['a model', bytes('HWGQ', [1, 0, 0, 0]), /\.hwgq model/],
];

const OTHERS: readonly (readonly [Role, string, Uint8Array, RegExp])[] = [
  ['weights', 'a solverstate', bytes([0x08, 0xe8, 0x07, 0x12, 24], 'net_iter_1000.caffemodel'), /solver's state/],
  ['weights', 'a prototxt', bytes(PROTOTXT), /This is a prototxt/],
  ['weights', 'a mean image', MEAN, /mean image/],
  ['weights', 'ONNX', bytes([8, 7, 0x12, 7], 'pytorch'), /ONNX/],
  ['mean', 'a caffemodel', MODEL, /This is a caffemodel/],
  ['prototxt', 'a caffemodel', MODEL, /binary/],
  ['labels', 'JSON', bytes('["cat", "dog"]'), /JSON.*one label per line/],
  ['labels', 'a prototxt', bytes('item { name: "cat" }'), /prototxt/],
];

const ROLES: readonly Role[] = ['prototxt', 'labels', 'weights', 'mean'];
const content = (role: Role, file: Uint8Array) =>
  role === 'prototxt' || role === 'labels' ? new TextDecoder().decode(file) : file;

it.each(ANYWHERE)('recognizes %s wherever it is passed', (_, file, message) => {
  for (const role of ROLES) expect(() => refuseOtherFile(role, content(role, file))).toThrow(message);
});

it.each(OTHERS)('recognizes, as %s, %s', (role, _, file, message) => {
  expect(() => refuseOtherFile(role, content(role, file))).toThrow(message);
});

it('accepts the right files', () => {
  refuseOtherFile('weights', MODEL);
  refuseOtherFile('mean', MEAN);
  refuseOtherFile('prototxt', PROTOTXT);
  refuseOtherFile('prototxt', `\n\n${PROTOTXT}`);
  refuseOtherFile('labels', 'cat\ndog\nKönig\n');
});
