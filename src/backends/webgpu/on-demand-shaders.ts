import concatCodes from '../../../shaders/channels/concat-codes.wgsl';
import concatFloats from '../../../shaders/channels/concat-floats.wgsl';
import lrn from '../../../shaders/channels/lrn.wgsl';
import reshape from '../../../shaders/channels/reshape.wgsl';
import softmax from '../../../shaders/channels/softmax.wgsl';
import levelChannels4 from '../../../shaders/convolution/level-channels.wgsl?BLOCKS=1';
import levelChannels8 from '../../../shaders/convolution/level-channels.wgsl?BLOCKS=2';
import levelSplitK from '../../../shaders/convolution/level-split-k.wgsl';
import dequantize from '../../../shaders/pointwise/dequantize.wgsl';

/** Shaders that few networks need. They are a file of their own, which other networks do not fetch. */
export const ON_DEMAND_SHADERS = {
  concatCodes,
  concatFloats,
  dequantize,
  levelChannels4,
  levelChannels8,
  levelSplitK,
  lrn,
  reshape,
  softmax,
};
