/** Shaders that few networks need. They are a file of their own, which other networks do not fetch. */
export { default as concatCodes } from '../../../shaders/channels/concat-codes.wgsl';
export { default as concatFloats } from '../../../shaders/channels/concat-floats.wgsl';
export { default as lrn } from '../../../shaders/channels/lrn.wgsl';
export { default as reshape } from '../../../shaders/channels/reshape.wgsl';
export { default as softmax } from '../../../shaders/channels/softmax.wgsl';
export { default as levelChannels4 } from '../../../shaders/convolution/level-channels.wgsl?BLOCKS=1';
export { default as levelChannels8 } from '../../../shaders/convolution/level-channels.wgsl?BLOCKS=2';
export { default as levelSplitK } from '../../../shaders/convolution/level-split-k.wgsl';
export { default as dequantize } from '../../../shaders/pointwise/dequantize.wgsl';
