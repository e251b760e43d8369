/** Shaders that a hardware GPU's default choice never needs: only an autotune or a software adapter runs them. */
export { default as integerRow3Stride1 } from '../../../shaders/convolution/integer-row.wgsl?PIXELS=4&WIDTH=3&STRIDE=1';
export { default as integerRow7Stride2 } from '../../../shaders/convolution/integer-row.wgsl?PIXELS=4&WIDTH=7&STRIDE=2';
export { default as integerRow11Stride4 } from '../../../shaders/convolution/integer-row.wgsl?PIXELS=4&WIDTH=11&STRIDE=4';
export { default as integerSplitK } from '../../../shaders/convolution/integer-split-k.wgsl';
export { default as integerSubgroupRow11Stride4 } from '../../../shaders/convolution/integer-subgroup-row.wgsl?PIXELS=8&WIDTH=11&STRIDE=4';
export { default as integerSubgroupRow7Stride2 } from '../../../shaders/convolution/integer-subgroup-row.wgsl?PIXELS=14&WIDTH=7&STRIDE=2';
export { default as integerSubgroupRow3Stride1 } from '../../../shaders/convolution/integer-subgroup-row.wgsl?PIXELS=16&WIDTH=3&STRIDE=1';
export { default as integerSubgroupTile } from '../../../shaders/convolution/integer-subgroup-tile.wgsl';
