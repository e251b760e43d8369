import type { Graph } from '../../graph/graph.ts';
import { elementCount } from '../../graph/shapes.ts';
import { type ConnectedValue, connectBlobs } from '../caffe/build-graph.ts';
import type { CaffeWeights } from '../caffe/caffemodel.ts';
import type { NetworkFile } from '../caffe/network.ts';
import type { CaffeNetwork } from '../caffe/network-description.ts';

/**
 * Returns the network with the channels that its weights have, if the prototxt does not say how many there are: the
 * pictures in a database may be gray.
 */
export function withChannelsOf(
  { network, assumesColour }: Pick<NetworkFile, 'network' | 'assumesColour'>,
  weights: CaffeWeights,
): { network: CaffeNetwork; note?: string } {
  if (!assumesColour) return { network };
  const [assumed, ...size] = network.input.shape;
  const channels = channelsRead(network, weights);
  if (channels === undefined || channels === assumed || !Number.isInteger(channels)) return { network };
  return {
    network: { ...network, input: { ...network.input, shape: [channels, ...size] } },
    note: `The prototxt does not say how many channels pictures have; the weights are for ${channels}.`,
  };
}

/** Returns the channels of the input that the first layer with weights needs, if layers before it keep the shape. */
function channelsRead(network: CaffeNetwork, weights: CaffeWeights): number | undefined {
  const values = connectBlobs(network);
  let source: Graph['input']['name'] = network.input.name;
  for (;;) {
    const reader: ConnectedValue | undefined = values.find(({ inputs }) => inputs.includes(source));
    if (!reader) return undefined;
    const { parameters, name } = reader.layer;
    const shape = weights.get(name)?.[0]?.shape ?? [];
    switch (parameters.type) {
      case 'convolution':
        return (shape.at(-3) ?? Number.NaN) * parameters.group;
      case 'innerProduct':
        return (shape.at(-1) ?? Number.NaN) / elementCount(network.input.shape.slice(1));
      case 'batchNorm':
      case 'scale':
        return shape.at(-1);
      case 'relu':
      case 'quant':
      case 'dropout':
      case 'lrn':
      case 'split':
        source = reader.name;
        break;
      default:
        return undefined;
    }
  }
}
