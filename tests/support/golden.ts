import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { PNG } from 'pngjs';
import { buildGraph } from '../../src/caffe/build-graph.ts';
import { readCaffemodel } from '../../src/caffe/caffemodel.ts';
import { readNetwork } from '../../src/caffe/network.ts';
import type { Graph } from '../../src/graph/graph.ts';
import { shared } from './shared.ts';

/** What golden/NET/meta.json says, as far as tests use it. */
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

/** The caffemodel, unpacked once into a temporary folder. */
export function goldenWeights(net: string): Uint8Array<ArrayBuffer> {
  const folder = join(tmpdir(), 'hwgq-golden');
  const path = join(folder, `${net}.caffemodel`);
  if (!existsSync(path)) {
    mkdirSync(folder, { recursive: true });
    const packed = shared(`golden/${net}/weights.caffemodel.xz`);
    writeFileSync(path, execFileSync('xz', ['-dc', packed], { maxBuffer: 2 ** 30 }));
  }
  return Uint8Array.from(readFileSync(path));
}

export function goldenGraph(net: string): Graph {
  return buildGraph(readNetwork(goldenPrototxt(net)), readCaffemodel(goldenWeights(net)));
}

/** Scores of all images, computed in float64. */
export function goldenLogits(net: string): Float32Array {
  const bytes = readFileSync(shared(`golden/${net}/logits.f64net.f32`));
  return new Float32Array(Uint8Array.from(bytes).buffer);
}

export function goldenCodes(net: string): Uint8Array {
  return brotliDecompressSync(readFileSync(shared(`golden/${net}/codes.u8.br`)));
}

/** A photograph as the ImageNet networks take it: BGR, planar, minus (104, 117, 123). */
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

/** MNIST's test digits, 28 × 28 bytes each. */
export function mnistDigits(): Uint8Array {
  return gunzipSync(readFileSync(shared('data/mnist/t10k-images-idx3-ubyte.gz'))).subarray(16);
}

export function mnistLabels(): Uint8Array {
  return gunzipSync(readFileSync(shared('data/mnist/t10k-labels-idx1-ubyte.gz'))).subarray(8);
}

/** The first 2,000 test pictures of CIFAR-10, BGR, planar. */
export function cifarPictures(): Uint8Array {
  return brotliDecompressSync(readFileSync(shared('golden/cifarsmall/input.u8.br')));
}
