import { writeCaffemodel } from './caffe-files.ts';

/** A Caffe network that classifies the dominant colour of 4×4 pixels by the sums of blue, green, and red. */
const LAYERS = `
layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip"
  inner_product_param { num_output: 3 bias_term: false } }
layer { name: "prob" type: "Softmax" bottom: "ip" top: "prob" }
`;

export const COLOUR_PROTOTXT = `name: "Colours" input: "data" input_shape { dim: 1 dim: 3 dim: 4 dim: 4 } ${LAYERS}`;

/** The same network as a train_val file with preprocessing. */
export const COLOUR_TRAIN_VAL = `name: "Colours"
layer { name: "data" type: "Data" top: "data" top: "label" include { phase: TEST }
  transform_param { crop_size: 4 scale: 0.125 mean_value: 10 mean_value: 20 mean_value: 30 } }
${LAYERS}`;

export const COLOUR_LABELS = 'blue\ngreen\nred\n';

const PIXELS = 16;

/** Encodes the network's weights as a caffemodel. */
export function colourWeights(): Uint8Array<ArrayBuffer> {
  const values = Array.from({ length: 9 * PIXELS }, (_, index) => {
    const [output, channel] = [Math.floor(index / (3 * PIXELS)), Math.floor(index / PIXELS) % 3];
    return output === channel ? 1 / (64 * PIXELS) : 0;
  });
  return writeCaffemodel([{ name: 'ip', blobs: [{ shape: [3, 3 * PIXELS], values }] }]);
}
