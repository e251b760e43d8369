import type { CaffeNetwork } from '../caffe/network-description.ts';
import { NetworkBuilder } from './network-builder.ts';
import { HWGQ } from './quantizers.ts';

/** Convolutions of a residual block: kernel size, and number of outputs as a multiple of the stage's width. */
type Block = readonly (readonly [kernel: number, widening: number])[];

const BASIC: Block = [
  [3, 1],
  [3, 1],
];
const BOTTLENECK: Block = [
  [1, 1],
  [3, 1],
  [1, 4],
];

const FIRST_STAGE = 2;
const FIRST_WIDTH = 64;
const CLASSES = 1000;

/** Returns ResNet-18 (He et al., 2016). */
export function resNet18(): CaffeNetwork {
  return resNet('ResNet-18-HWGQ', BASIC, [2, 2, 2, 2]);
}

/** Returns ResNet-34 (He et al., 2016). */
export function resNet34(): CaffeNetwork {
  return resNet('ResNet-34-HWGQ', BASIC, [3, 4, 6, 3]);
}

/** Returns ResNet-50 (He et al., 2016). */
export function resNet50(): CaffeNetwork {
  return resNet('ResNet-50-HWGQ', BOTTLENECK, [3, 4, 6, 3]);
}

/**
 * Returns a ResNet with quantizers before each convolution and real-valued sums. Blocks are named by stage and letter, from
 * `2a` to `5…`.
 * @param counts number of blocks in each of the four stages.
 */
function resNet(name: string, block: Block, counts: readonly number[]): CaffeNetwork {
  const net = new NetworkBuilder(name, [3, 224, 224]);
  const conv1 = net.convolution('conv1', 'data', FIRST_WIDTH, { kernel: 7, stride: 2, pad: 3 }, true);
  const pool1 = net.maxPooling('pool1', conv1, 3, 2);
  const widening = block.at(-1)?.[1] ?? 1;

  let sum = pool1;
  let channels = FIRST_WIDTH;
  let before = '1';
  for (const [index, count] of counts.entries()) {
    const width = FIRST_WIDTH * 2 ** index;
    for (const letter of 'abcdef'.slice(0, count)) {
      const id = `${FIRST_STAGE + index}${letter}`;
      const stride = letter === 'a' && index > 0 ? 2 : 1;
      const changesShape = channels !== width * widening;
      // A BatchNorm in place would also change an identity shortcut. The pooling is normalized for both branches.
      const inPlace = changesShape || sum === pool1;
      const normalized = inPlace
        ? net.batchNorm(`bn${before}`, sum)
        : net.batchNorm(`bn${id}_branch2a`, sum, `bn${id}_branch2a`);
      const codes = net.quant(changesShape ? `qt${before}` : `qt${id}_branch2a`, normalized, HWGQ);
      const shortcut = changesShape ? projection(net, id, codes, width * widening, stride) : sum;
      sum = net.sum(`res${id}`, shortcut, residual(net, id, codes, block, width, stride));
      channels = width * widening;
      before = id;
    }
  }

  const pool5 = net.averagePooling('pool5', net.relu(`relu${before}`, sum), 7);
  net.softmax('prob', net.innerProduct('fc1000', pool5, CLASSES));
  return net.build();
}

/** Adds the shortcut of a block that changes the shape: a 1×1 convolution of the codes. */
function projection(net: NetworkBuilder, id: string, codes: string, outputs: number, stride: number): string {
  const projected = net.binaryConvolution(`res${id}_branch1`, codes, outputs, { kernel: 1, stride });
  return net.scale(`scale${id}_branch1`, net.batchNorm(`bn${id}_branch1`, projected));
}

/** Adds the convolutions of a block, the first one strided, with BatchNorm and Quant between them. */
function residual(
  net: NetworkBuilder,
  id: string,
  codes: string,
  block: Block,
  width: number,
  firstStride: number,
): string {
  let blob = codes;
  let branch = '';
  for (const [index, [kernel, widening]] of block.entries()) {
    branch = `${id}_branch2${'abc'[index]}`;
    if (index > 0) blob = net.quant(`qt${branch}`, net.batchNorm(`bn${branch}`, blob), HWGQ);
    const windows = { kernel, stride: index === 0 ? firstStride : 1, pad: (kernel - 1) / 2 };
    blob = net.binaryConvolution(`res${branch}`, blob, width * widening, windows);
  }
  return net.scale(`scale${branch}_end`, net.batchNorm(`bn${branch}_end`, blob));
}
