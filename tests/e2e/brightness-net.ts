/** A Caffe network with two scores: the mean of 4×4 gray pixels, and its negative. */
export const BRIGHTNESS_PROTOTXT = `
name: "Brightness"
input: "data"
input_shape { dim: 1 dim: 1 dim: 4 dim: 4 }
layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip" inner_product_param { num_output: 2 bias_term: false } }
layer { name: "prob" type: "Softmax" bottom: "ip" top: "prob" }
`;

export const BRIGHTNESS_LABELS = 'light\ndark\n';

/** Encodes the network's weights as a caffemodel. */
export function brightnessWeights(): Uint8Array {
  const weights = Float32Array.from({ length: 32 }, (_, index) => (index < 16 ? 1 / 16 : -1 / 16));
  const shape = lengthDelimited(7, lengthDelimited(1, [2, 16]));
  const blob = [...shape, ...lengthDelimited(5, [...new Uint8Array(weights.buffer)])];
  const text = (field: number, value: string) => lengthDelimited(field, [...new TextEncoder().encode(value)]);
  const layer = [...text(1, 'ip'), ...text(2, 'InnerProduct'), ...lengthDelimited(7, blob)];
  return Uint8Array.from(lengthDelimited(100, layer));
}

/** Encodes a length-delimited protobuf field. */
function lengthDelimited(field: number, content: readonly number[]): number[] {
  return [...varint(field * 8 + 2), ...varint(content.length), ...content];
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(value >> 7)];
}
