import { afterAll, beforeAll, expect, it } from 'vitest';
import { type OpenDevice, openDevice } from '../../../src/backends/webgpu/device.ts';
import { WebGpuExecutable } from '../../../src/backends/webgpu/executable.ts';
import type { VariantName } from '../../../src/backends/webgpu/variant-names.ts';
import type { Graph } from '../../../src/graph/graph.ts';
import { planGraph } from '../../../src/plan/plan-graph.ts';
import { interpret } from '../../../src/reference/interpret.ts';
import { everywhere } from '../../support/kernel-choice.ts';

const SIDE = 11;
const COLOURS = 3;

let open: OpenDevice;

beforeAll(async () => {
  open = await openDevice(navigator.gpu, undefined);
});

afterAll(() => open.device.destroy());

/** A first layer whose sums rise to 2^27 halfway and end below 2^24. */
function graphOfLargestWeights(): Graph {
  const size = COLOURS * SIDE * SIDE;
  const half = (SIDE * SIDE) / 2;
  const values = Int16Array.from({ length: 2 * size }, (_, index) => (index % (SIDE * SIDE) < half ? 4095 : -4095));
  return {
    name: 'largest weights',
    input: { name: 'data', shape: [COLOURS, SIDE, SIDE + 1] },
    layers: [
      {
        name: 'conv',
        inputs: ['data'],
        blob: 'conv',
        type: 'convolution',
        outputs: 2,
        ...{ kernel: [SIDE, SIDE], stride: [1, 1], pad: [0, 0], dilation: [1, 1], group: 1 },
        weights: { form: 'fixed13', values, scale: Float32Array.of(1, 1) },
      },
    ],
  };
}

it.each<VariantName>(['staged-16', 'staged-8', 'channels-8', 'split-k-8', 'split-k-64'])(
  'adds up the largest weights times the largest pixels without rounding, with the kernel %s',
  async (variant) => {
    const graph = graphOfLargestWeights();
    const pixels = Int16Array.from({ length: COLOURS * SIDE * (SIDE + 1) }, (_, index) => 255 - (index % 2));
    const plan = planGraph(graph, { kind: 'integers', unit: 1 }, ['conv']);
    const executable = await WebGpuExecutable.create(open, plan, { choice: everywhere(variant, plan) });
    expect(executable.variants.get('conv')).toBe(variant);
    const [sums = new Float32Array()] = await executable.run(pixels, 1);
    executable.dispose();
    const expected = interpret(graph, pixels, ['conv']).get('conv') as Float64Array;
    expect(expected.some((sum) => sum % 2 !== 0)).toBe(true);
    expect([...sums]).toEqual([...expected]);
  },
);
