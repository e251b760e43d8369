import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { PNG } from 'pngjs';
import type { Graph } from '../../src/graph/graph.ts';
import type { Picture } from '../../src/image/picture.ts';
import { buildGraph } from '../../src/tools/caffe/build-graph.ts';
import { readCaffemodel } from '../../src/tools/caffe/caffemodel.ts';
import { readNetwork } from '../../src/tools/caffe/network.ts';
import { shared } from './shared.ts';

/** The parts of golden/NET/meta.json that tests use. */
export interface GoldenMeta {
  readonly inputSize: number;
  readonly logitsBlob: string;
  readonly classes: number;
  readonly top1: readonly number[];
  readonly codes: { readonly images: number; readonly blobs: readonly { name: string; shape: number[] }[] };
}

export function goldenMeta(net: string): GoldenMeta {
  return JSON.parse(readFileSync(shared(`golden/${net}/meta.json`), 'utf8'));
}

export function goldenPrototxt(net: string): string {
  return readFileSync(shared(`golden/${net}/deploy.prototxt`), 'utf8');
}

/** Returns the path of the caffemodel, unpacked once into a temporary folder. */
export function goldenWeightsFile(net: string): string {
  const folder = join(tmpdir(), 'hwgq-golden');
  const path = join(folder, `${net}.caffemodel`);
  if (!existsSync(path)) {
    mkdirSync(folder, { recursive: true });
    const packed = shared(`golden/${net}/weights.caffemodel.xz`);
    // Rename into place atomically, because another process may look for it.
    const unfinished = `${path}.${process.pid}`;
    writeFileSync(unfinished, execFileSync('xz', ['-dc', packed], { maxBuffer: 2 ** 30 }));
    renameSync(unfinished, path);
  }
  return path;
}

export function goldenWeights(net: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(readFileSync(goldenWeightsFile(net)));
}

export function goldenGraph(net: string): Graph {
  return buildGraph(readNetwork(goldenPrototxt(net)), readCaffemodel(goldenWeights(net)));
}

/** Returns the logits of all images, computed in float64. */
export function goldenLogits(net: string): Float32Array {
  const bytes = readFileSync(shared(`golden/${net}/logits.f64net.f32`));
  return new Float32Array(Uint8Array.from(bytes).buffer);
}

export function goldenCodes(net: string): Uint8Array {
  return brotliDecompressSync(readFileSync(shared(`golden/${net}/codes.u8.br`)));
}

/** Returns a photograph as ImageNet network input: BGR, planar, minus (104, 117, 123). */
export function goldenPhotograph(index: number, size: number): Int16Array {
  const names: string[] = JSON.parse(readFileSync(shared('golden/images/order.json'), 'utf8'));
  const png = PNG.sync.read(readFileSync(shared(`golden/images/${names[index]}_${size}.png`)));
  const mean = [104, 117, 123];
  const area = size * size;
  return Int16Array.from({ length: 3 * area }, (_, place) => {
    const channel = Math.floor(place / area);
    return (png.data[(place % area) * 4 + 2 - channel] as number) - (mean[channel] as number);
  });
}

/** Returns the MNIST test digits, 28 × 28 bytes each. */
export function mnistDigits(): Uint8Array {
  return gunzipSync(readFileSync(shared('data/mnist/t10k-images-idx3-ubyte.gz'))).subarray(16);
}

export function mnistLabels(): Uint8Array {
  return gunzipSync(readFileSync(shared('data/mnist/t10k-labels-idx1-ubyte.gz'))).subarray(8);
}

/** Returns an MNIST digit at double size, off center in a picture of 120 × 120 pixels. */
export function enlargedDigit(digit: Uint8Array): Picture {
  const size = 120;
  const data = new Uint8Array(size * size * 4);
  const pixels = new DataView(data.buffer);
  for (let pixel = 0; pixel < size * size; pixel++) {
    const x = Math.floor(((pixel % size) - 40) / 2);
    const y = Math.floor((Math.floor(pixel / size) - 10) / 2);
    const isInside = x >= 0 && x < 28 && y >= 0 && y < 28;
    const gray = isInside ? (digit[y * 28 + x] as number) : 0;
    pixels.setUint32(pixel * 4, gray * 0x01010100 + 255);
  }
  return { width: size, height: size, data };
}

/** Returns the classes of the CIFAR-10 test pictures. */
export function cifarLabels(): Uint8Array {
  return readFileSync(shared('data/cifar10/test.labels.u8'));
}

/** Returns the first 2,000 CIFAR-10 test pictures, BGR, planar. */
export function cifarPictures(): Uint8Array {
  return brotliDecompressSync(readFileSync(shared('golden/cifarsmall/input.u8.br')));
}
