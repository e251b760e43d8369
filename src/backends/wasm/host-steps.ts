import type { ChwShape } from '../../graph/shapes.ts';
import { softmax } from '../../numerics/softmax.ts';
import type { Lrn, Reshape, Softmax } from '../../plan/plan.ts';
import type { HostCall } from './program.ts';
import type { TensorLocation } from './tensor-locations.ts';

/** Returns the call of a layer that JavaScript computes: too rare, or too late in a network, to be worth a kernel. */
export function hostStep(
  step: Lrn | Softmax | Reshape,
  input: ChwShape,
  output: ChwShape,
  from: TensorLocation,
  to: TensorLocation,
): HostCall {
  return {
    run(memory) {
      const [source, target] = [floatsAt(memory, from, input), floatsAt(memory, to, output)];
      switch (step.kind) {
        case 'lrn':
          normalizeResponse(step, source, target, input, from.stride, to.stride);
          break;
        case 'softmax':
          eachPixel(input, (pixel) => {
            const start = pixel * from.stride;
            const scores = source.subarray(start, start + input.channels);
            target.set(softmax(scores, input.channels), pixel * to.stride);
          });
          break;
        case 'reshape':
          reshape(source, target, input, output, from.stride, to.stride);
      }
    },
  };
}

function floatsAt(
  memory: ArrayBufferLike,
  { address, stride }: TensorLocation,
  { height, width }: ChwShape,
): Float32Array {
  return new Float32Array(memory, address, height * width * stride);
}

function eachPixel({ height, width }: ChwShape, visit: (pixel: number) => void): void {
  for (let pixel = 0; pixel < height * width; pixel++) visit(pixel);
}

function normalizeResponse(
  { size, alpha, beta, k }: Lrn,
  source: Float32Array,
  target: Float32Array,
  shape: ChwShape,
  stride: number,
  targetStride: number,
): void {
  const reach = (size - 1) / 2;
  eachPixel(shape, (pixel) => {
    const start = pixel * stride;
    for (let channel = 0; channel < shape.channels; channel++) {
      const last = Math.min(shape.channels - 1, channel + reach);
      let squares = 0;
      for (let other = Math.max(0, channel - reach); other <= last; other++) {
        squares += (source[start + other] as number) ** 2;
      }
      const value = source[start + channel] as number;
      target[pixel * targetStride + channel] = value / (k + (alpha / size) * squares) ** beta;
    }
  });
}

function reshape(
  source: Float32Array,
  target: Float32Array,
  input: ChwShape,
  output: ChwShape,
  stride: number,
  targetStride: number,
): void {
  const [inputArea, outputArea] = [input.height * input.width, output.height * output.width];
  for (let index = 0; index < input.channels * inputArea; index++) {
    const value = source[(index % inputArea) * stride + Math.floor(index / inputArea)] as number;
    target[(index % outputArea) * targetStride + Math.floor(index / outputArea)] = value;
  }
}
