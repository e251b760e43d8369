/** Shaders that few pages need: of rarer layers, and of variants that only software adapters take unasked. */
export { default as binaryDot } from '../../../shaders/binary-dot.wgsl';
export { default as binaryRow7Stride1 } from '../../../shaders/binary-row-7-stride-1.wgsl';
export { default as binarySharedRow7Stride1 } from '../../../shaders/binary-shared-row-7-stride-1.wgsl';
export { default as binarySharedRow7Stride2 } from '../../../shaders/binary-shared-row-7-stride-2.wgsl';
export { default as binarySharedTile } from '../../../shaders/binary-shared-tile.wgsl';
export { default as concatCodes } from '../../../shaders/concat-codes.wgsl';
export { default as concatFloats } from '../../../shaders/concat-floats.wgsl';
export { default as integerSharedRow8Width11Stride4 } from '../../../shaders/integer-shared-row-8-width-11-stride-4.wgsl';
export { default as integerSharedRow16Width3Stride1 } from '../../../shaders/integer-shared-row-16-width-3-stride-1.wgsl';
export { default as integerSharedRow16Width7Stride2 } from '../../../shaders/integer-shared-row-16-width-7-stride-2.wgsl';
export { default as integerSharedTile } from '../../../shaders/integer-shared-tile.wgsl';
export { default as integerSplit } from '../../../shaders/integer-split.wgsl';
export { default as levelSplit } from '../../../shaders/level-split.wgsl';
export { default as levelTile } from '../../../shaders/level-tile.wgsl';
export { default as lrn } from '../../../shaders/lrn.wgsl';
export { default as reshape } from '../../../shaders/reshape.wgsl';
export { default as softmax } from '../../../shaders/softmax.wgsl';
