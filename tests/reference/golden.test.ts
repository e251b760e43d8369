import { readFileSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { blobValue } from '../../src/graph/blobs.ts';
import type { Graph } from '../../src/graph/graph.ts';
import { toNetworkInput } from '../../src/image/input.ts';
import { quantizerLevels } from '../../src/numerics/quantizer.ts';
import { interpret } from '../../src/reference/interpret.ts';
import { buildGraph } from '../../src/tools/caffe/build-graph.ts';
import { readCaffemodel } from '../../src/tools/caffe/caffemodel.ts';
import { readNetwork } from '../../src/tools/caffe/network.ts';
import { convertCaffe } from '../../src/tools/convert/convert-caffe.ts';
import {
  cifarPictures,
  goldenCodes,
  goldenGraph,
  goldenLogits,
  goldenMeta,
  goldenPhotograph,
  goldenPrototxt,
  goldenWeights,
  mnistDigits,
} from '../support/golden.ts';
import { describeShared, shared } from '../support/shared.ts';

function largestOf(values: Float32Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

function argmax(values: ArrayLike<number>): number {
  return Array.from(values).indexOf(Math.max(...Array.from(values)));
}

/** Compares all codes and the logits of the first photograph. */
function expectGoldenPhotograph(net: string, graph: Graph): void {
  const meta = goldenMeta(net);
  const quants = meta.codes.blobs.map(({ name }) => blobValue(graph, name));
  const logits = blobValue(graph, meta.logitsBlob);
  const values = interpret(graph, goldenPhotograph(0, meta.inputSize), [...quants, logits]);
  const codes = goldenCodes(net);
  let position = 0;
  for (const name of quants) {
    const layer = graph.layers.find((other) => other.name === name);
    if (layer?.type !== 'quant' || (layer.quantizer.kind !== 'hwgq' && layer.quantizer.kind !== 'sign')) continue;
    const levels = quantizerLevels(layer.quantizer);
    const different = (values.get(name) ?? new Float64Array()).filter(
      (value) => value !== levels[codes[position++] ?? 0],
    );
    expect(different.length, name).toBe(0);
  }
  const truth = goldenLogits(net);
  const seen = values.get(logits) ?? new Float64Array();
  const worst = seen.reduce((most, value, index) => Math.max(most, Math.abs(value - (truth[index] as number))), 0);
  expect(worst).toBeLessThan(1e-5 * largestOf(truth));
}

describeShared('interpreter, against golden results', () => {
  it.each(['cifarvgg', 'alexbw', 'alexsign', 'alex2n', 'google', 'res18'])(
    'computes every code of a photograph: %s',
    (net) => {
      expectGoldenPhotograph(net, goldenGraph(net));
    },
  );

  it('computes every code of a photograph on a converted model', async () => {
    const prototxt = { name: 'p', text: goldenPrototxt('cifarvgg') };
    const model = await convertCaffe({
      prototxt,
      weights: { name: 'w', bytes: goldenWeights('cifarvgg') },
      form: 'f32',
    });
    expectGoldenPhotograph('cifarvgg', model.graph);
  });

  it('computes every blob of every image of the odd network', () => {
    const graph = goldenGraph('odd');
    const meta: { blobs: { name: string; shape: number[]; maxAbs: number; levels?: number[] }[] } = JSON.parse(
      readFileSync(shared('golden/odd/meta.json'), 'utf8'),
    );
    const input = new Float32Array(Uint8Array.from(readFileSync(shared('golden/odd/input.f32'))).buffer);
    const packed = brotliDecompressSync(readFileSync(shared('golden/odd/blobs.f32.br')));
    const truth = new Float32Array(Uint8Array.from(packed).buffer);
    const values = meta.blobs.map(({ name }) => blobValue(graph, name));
    let position = 0;
    for (let image = 0; image < 8; image++) {
      const length = input.length / 8;
      const result = interpret(graph, input.subarray(image * length, (image + 1) * length), values);
      for (const [index, { name, maxAbs, levels }] of meta.blobs.entries()) {
        const tolerance = levels ? 0 : 1e-5 * maxAbs;
        const seen = result.get(values[index] ?? '') ?? new Float64Array();
        const different = seen.filter(
          (value) => Math.abs(Math.fround(value) - (truth[position++] as number)) > tolerance,
        );
        expect(different.length, `${name} of image ${image}`).toBe(0);
      }
    }
    expect(position).toBe(truth.length);
  });

  it('computes the logits of 200 digits with LeNet', () => {
    const graph = goldenGraph('lenet');
    const [digits, truth, { top1 }] = [mnistDigits(), goldenLogits('lenet'), goldenMeta('lenet')];
    for (let image = 0; image < 200; image++) {
      const input = Float64Array.from(digits.subarray(image * 784, (image + 1) * 784), (pixel) => pixel / 256);
      const logits = interpret(graph, input, ['ip2']).get('ip2') ?? new Float64Array();
      expect(argmax(logits)).toBe(top1[image]);
      for (const [index, logit] of logits.entries()) expect(Math.fround(logit)).toBe(truth[image * 10 + index]);
    }
  });

  it('computes the logits of 10 images on a converted model with preprocessing', async () => {
    const model = await convertCaffe({
      prototxt: { name: 'p', text: goldenPrototxt('cifarsmall') },
      weights: { name: 'w', bytes: goldenWeights('cifarsmall') },
      mean: { kind: 'channels', values: [114, 123, 125] },
      scale: 1 / 64,
      form: 'f32',
    });
    const [truth, { top1 }] = [goldenLogits('cifarsmall'), goldenMeta('cifarsmall')];
    const integers = toNetworkInput(cifarPictures().subarray(0, 10 * 3072), model.preprocessing);
    for (let image = 0; image < 10; image++) {
      const input = Float64Array.from(integers.subarray(image * 3072, (image + 1) * 3072), (value) => value / 64);
      const logits = interpret(model.graph, input, ['fc4']).get('fc4') ?? new Float64Array();
      expect(argmax(logits)).toBe(top1[image]);
      for (const [index, logit] of logits.entries()) {
        expect(Math.abs(logit - (truth[image * 10 + index] as number))).toBeLessThan(1e-5 * largestOf(truth));
      }
    }
  });

  it('reads the same graph from the current and the V1 layout of a public LeNet', () => {
    const network = readNetwork(readFileSync(shared('caffemodels/lenet/mnist_deploy.prototxt'), 'utf8'));
    const graphs = ['lenet_iter_10000', 'lenet_v1_format'].map((name) =>
      buildGraph(
        network,
        readCaffemodel(Uint8Array.from(readFileSync(shared(`caffemodels/lenet/${name}.caffemodel`)))),
      ),
    );
    expect(graphs[0]).toEqual(graphs[1]);
  });
});
