import { expect, it } from 'vitest';
import { readNetwork } from '../../../src/tools/caffe/network.ts';
import type { CaffeLayer, CaffeNetwork } from '../../../src/tools/caffe/network-description.ts';
import { type PrototxtMessage, parsePrototxt } from '../../../src/tools/caffe/prototxt.ts';
import { writeNetwork } from '../../../src/tools/caffe/write-network.ts';
import { alexNet } from '../../../src/tools/networks/alexnet.ts';
import { NETWORKS } from '../../../src/tools/networks/networks.ts';
import { SIGN, TWO_CENTERS } from '../../../src/tools/networks/quantizers.ts';
import { goldenPrototxt } from '../../support/golden.ts';
import { describeShared } from '../../support/shared.ts';

/** The published ablations have narrower fully connected layers. */
const width = 512;

const PUBLISHED: readonly [folder: string, network: CaffeNetwork][] = [
  ['alexsign', alexNet({ width, quantizer: SIGN })],
  ['alex2n', alexNet({ width, quantizer: TWO_CENTERS })],
  ['res18', NETWORKS.resnet18.describe()],
  ['google', NETWORKS.googlenet.describe()],
  ['cifarvgg', NETWORKS.cifarvgg.describe()],
  ['cifarsmall', NETWORKS.cifarsmall.describe()],
  ['lenet', NETWORKS.lenet.describe()],
];

describeShared('the published networks', () => {
  it.each(PUBLISHED)('%s equals the published one, layer by layer', (folder, { input, layers }) => {
    const published = readNetwork(goldenPrototxt(folder));
    expect(input).toEqual(published.input);
    expect(layers.map(({ name }) => name)).toEqual(published.layers.map(({ name }) => name));
    expect(layers).toEqual(published.layers);
  });

  it('alexbw equals the published one except for its layers with stored ±alpha weights', () => {
    const published = readNetwork(goldenPrototxt('alexbw'));
    const { input, layers } = alexNet();
    expect(input).toEqual(published.input);
    expect(layers.map(withoutBinarization)).toEqual(published.layers);
    const binary = layers.filter(({ parameters }) => 'binarization' in parameters);
    expect(binary.map(({ name }) => name)).toEqual(['conv2', 'conv3', 'conv4', 'conv5', 'fc6', 'fc7']);
  });

  it.each(PUBLISHED)('%s has the published quantizers, including the backward options', (folder, network) => {
    expect(quantOptions(writeNetwork(network))).toEqual(quantOptions(goldenPrototxt(folder)));
  });
});

function withoutBinarization(layer: CaffeLayer): CaffeLayer {
  const { parameters } = layer;
  if (parameters.type !== 'convolution' && parameters.type !== 'innerProduct') return layer;
  const { binarization: _, ...ordinary } = parameters;
  return { ...layer, parameters: ordinary };
}

/** Returns the fields of each layer's `quant_param`. */
function quantOptions(prototxt: string) {
  const messages = (message: PrototxtMessage, name: string) =>
    message.fields.flatMap((field) =>
      field.name === name && field.value.kind === 'message' ? [field.value.message] : [],
    );
  return messages(parsePrototxt(prototxt), 'layer')
    .flatMap((layer) => messages(layer, 'quant_param'))
    .map(({ fields }) => fields.map(({ name, value }) => ({ name, value })));
}
