import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { blobValue } from '../../src/graph/blobs.ts';
import type { Graph } from '../../src/graph/graph.ts';
import { elementCount } from '../../src/graph/shapes.ts';
import { encodeModel } from '../../src/model/encode.ts';
import { isLevelQuantizer, quantizerLevels } from '../../src/numerics/quantizer.ts';
import { convertCaffe } from '../../src/tools/convert/convert-caffe.ts';
import { goldenCodes, goldenLogits, goldenMeta, goldenPhotograph, goldenPrototxt, goldenWeights } from './golden.ts';
import { partOf } from './part-of.ts';
import { hasShared, shared } from './shared.ts';

/** One run of a golden network, or of a part of it, with the expected results. */
export interface GoldenCase {
  readonly name: string;
  /** First and last value of the part; absent for a whole network. */
  readonly part?: { readonly from: string; readonly to: string };
  /** Integer pixels or floats. */
  readonly input: 'integers' | 'floats';
  readonly count: number;
  /** Expected results: for each blob `count` images, planar float32. */
  readonly blobs: readonly {
    readonly name: string;
    readonly length: number;
    /** Largest magnitude of a float blob; absent for levels, which must be equal. */
    readonly largest?: number;
  }[];
}

/** The cases of a network. Their files are in the folder of the model, under their names. */
export interface GoldenSet {
  readonly folder: string;
  readonly cases: readonly GoldenCase[];
}

/** The golden ImageNet networks without residual sums. */
export const PLAIN_NETWORKS = ['cifarvgg', 'alexbw', 'alexsign', 'alex2n', 'google'] as const;

/**
 * Converts golden networks and writes their inputs and results as files that a page can fetch: `NET/model.hwgq`,
 * `NET/CASE.input`, `NET/CASE.expected`. The files are cached.
 */
export async function goldenSets(): Promise<Readonly<Record<string, GoldenSet>>> {
  if (!hasShared) return {};
  const sets: Record<string, GoldenSet> = {};
  for (const net of [...PLAIN_NETWORKS, 'odd', 'res18']) sets[net] = await cached(net);
  return sets;
}

async function cached(net: string): Promise<GoldenSet> {
  const folder = resolve('node_modules/.cache/golden', net);
  const index = join(folder, 'cases.json');
  if (!existsSync(index)) {
    mkdirSync(folder, { recursive: true });
    const model = await convertCaffe({
      prototxt: { name: 'deploy.prototxt', text: goldenPrototxt(net) },
      weights: { name: 'weights.caffemodel', bytes: goldenWeights(net) },
      mean: { kind: 'channels', values: [104, 117, 123] },
      form: 'f32',
    });
    writeFileSync(join(folder, 'model.hwgq'), encodeModel(model));
    const cases =
      net === 'odd'
        ? oddCases(folder)
        : net === 'res18'
          ? residualCases(folder, model.graph)
          : [plainCase(net, folder, model.graph)];
    writeFileSync(`${index}.new`, JSON.stringify(cases));
    renameSync(`${index}.new`, index);
  }
  return { folder, cases: JSON.parse(readFileSync(index, 'utf8')) };
}

function plainCase(net: string, folder: string, graph: Graph): GoldenCase {
  const meta = goldenMeta(net);
  const logits = goldenLogits(net);
  const quants = levelsOfCodes(net, graph);
  const scores = logits.subarray(0, meta.classes);
  save(folder, net, goldenPhotograph(0, meta.inputSize), [...quants.map(({ values }) => values), scores]);
  return {
    name: net,
    input: 'integers',
    count: 1,
    blobs: [
      ...quants.map(({ name, values }) => ({ name, length: values.length })),
      { name: meta.logitsBlob, length: meta.classes, largest: largestOf(logits) },
    ],
  };
}

function oddCases(folder: string): GoldenCase[] {
  const meta: { blobs: { name: string; shape: number[]; maxAbs: number; levels?: number[] }[] } = JSON.parse(
    readFileSync(shared('golden/odd/meta.json'), 'utf8'),
  );
  const truth = floatsOf(brotliDecompressSync(readFileSync(shared('golden/odd/blobs.f32.br'))));
  const lengths = meta.blobs.map(({ shape }) => elementCount(shape));
  const perImage = lengths.reduce((sum, length) => sum + length, 0);
  const images = truth.length / perImage;
  let start = 0;
  const expected = lengths.map((length) => {
    const values = new Float32Array(images * length);
    for (let image = 0; image < images; image++) {
      values.set(truth.subarray(image * perImage + start, image * perImage + start + length), image * length);
    }
    start += length;
    return values;
  });
  save(folder, 'odd', floatsOf(readFileSync(shared('golden/odd/input.f32'))), expected);
  const blobs = meta.blobs.map(({ name, maxAbs, levels }, index) => ({
    name,
    length: lengths[index] as number,
    ...(levels ? {} : { largest: maxAbs }),
  }));
  return [{ name: 'odd', input: 'floats', count: images, blobs }];
}

/** One case per block, each with the reference's own input, so that a flipped code does not spread. */
function residualCases(folder: string, graph: Graph): GoldenCase[] {
  const meta = goldenMeta('res18');
  const sums: { name: string; shape: number[] }[] = JSON.parse(readFileSync(shared('golden/res18/meta.json'), 'utf8'))
    .eltwise.blobs;
  const values = floatsOf(brotliDecompressSync(readFileSync(shared('golden/res18/eltwise.f32.br'))));
  const quants = levelsOfCodes('res18', graph);
  const logits = goldenLogits('res18').subarray(0, meta.classes);
  let place = 0;
  const blocks = sums.map(({ name, shape }) => {
    const block = values.subarray(place, place + elementCount(shape));
    place += block.length;
    return { name, values: block };
  });
  const ends = [...blocks, { name: meta.logitsBlob, values: logits }];
  return ends.map((end, index) => {
    const begin = blocks[index - 1];
    const to = blobValue(graph, end.name);
    const from = begin ? blobValue(graph, begin.name) : graph.input.name;
    const inside = new Set(partOf(graph, from, to).layers.map((layer) => layer.name));
    const codes = quants.filter(({ name }) => inside.has(blobValue(graph, name)));
    const input = begin?.values ?? goldenPhotograph(0, meta.inputSize);
    const name = `to ${end.name}`;
    save(folder, name, input, [...codes.map((quant) => quant.values), end.values]);
    const blobs = [
      ...codes.map((quant) => ({ name: quant.name, length: quant.values.length })),
      { name: end.name, length: end.values.length, largest: largestOf(end.values) },
    ];
    const kind = begin ? ('floats' as const) : ('integers' as const);
    return { name, ...(begin ? { part: { from, to } } : {}), input: kind, count: 1, blobs };
  });
}

function levelsOfCodes(net: string, graph: Graph): { name: string; values: Float32Array }[] {
  const codes = goldenCodes(net);
  let place = 0;
  return goldenMeta(net).codes.blobs.map(({ name, shape }) => {
    const layer = graph.layers.find((other) => other.name === blobValue(graph, name));
    if (layer?.type !== 'quant' || !isLevelQuantizer(layer.quantizer)) throw new Error(`'${name}' has no levels`);
    const levels = quantizerLevels(layer.quantizer);
    const first = place;
    place += elementCount(shape);
    return { name, values: Float32Array.from(codes.subarray(first, place), (code) => levels[code] as number) };
  });
}

function save(folder: string, name: string, input: Int16Array | Float32Array, expected: readonly Float32Array[]): void {
  writeFileSync(join(folder, `${name}.input`), input);
  writeFileSync(join(folder, `${name}.expected`), Buffer.concat(expected.map((values) => bytesOf(values))));
}

function bytesOf(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function floatsOf(bytes: Uint8Array): Float32Array {
  return new Float32Array(Uint8Array.from(bytes).buffer);
}

function largestOf(values: Float32Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
