import type { CaffeNetwork } from '../caffe/network-description.ts';
import { NetworkBuilder } from './network-builder.ts';
import { HWGQ } from './quantizers.ts';

/** Numbers of outputs of an inception module's branches. The 1×1 reductions before the larger kernels have as many. */
type Branches = readonly [pointwise: number, threeByThree: number, fiveByFive: number];

const CLASSES = 1000;

/** Returns the paper's GoogLeNet (Szegedy et al., 2015), without pooling branches and auxiliary classifiers. */
export function googLeNet(): CaffeNetwork {
  const net = new NetworkBuilder('GoogLeNet-HWGQ', [3, 224, 224]);
  const conv1 = net.convolution('conv1/7x7_s2', 'data', 64, { kernel: 7, stride: 2, pad: 3 });
  let blob = halved(net, 1, conv1);
  const codes = net.quant('conv2/qt_3x3_reduce', blob, HWGQ);
  blob = halved(net, 2, reducedConvolution(net, 'conv2', codes, 192, 3));
  blob = inceptions(net, blob, { '3a': [96, 128, 32], '3b': [192, 192, 96] });
  blob = inceptions(net, halved(net, 3, blob), {
    '4a': [256, 208, 48],
    '4b': [224, 224, 64],
    '4c': [192, 256, 64],
    '4d': [176, 288, 64],
    '4e': [384, 320, 128],
  });
  blob = inceptions(net, halved(net, 4, blob), { '5a': [384, 320, 128], '5b': [512, 384, 128] });
  blob = net.batchNorm('inception_5b/bn_output', blob);
  blob = net.relu('inception_5b/relu_output', net.scale('inception_5b/scale_output', blob));
  const pool5 = net.averagePooling('pool5/7x7_s1', blob, 7);
  net.softmax('prob', net.innerProduct('classifier', pool5, CLASSES));
  return net.build();
}

/** Adds a 3×3 max-pooling with stride 2, then BatchNorm. */
function halved(net: NetworkBuilder, index: number, blob: string): string {
  return net.batchNorm(`pool${index}/bn_3x3`, net.maxPooling(`pool${index}/3x3_s2`, blob, 3, 2));
}

/** Adds consecutive inception modules with BatchNorm between them. */
function inceptions(net: NetworkBuilder, blob: string, modules: Readonly<Record<string, Branches>>): string {
  let before: string | undefined;
  for (const [id, branches] of Object.entries(modules)) {
    if (before !== undefined) net.batchNorm(`inception_${before}/bn_output`, blob);
    blob = inception(net, `inception_${id}`, blob, branches);
    before = id;
  }
  return blob;
}

/** Adds an inception module: 1×1, 3×3 and 5×5 convolutions of the same codes, concatenated. */
function inception(net: NetworkBuilder, id: string, blob: string, branches: Branches): string {
  const [pointwise, threeByThree, fiveByFive] = branches;
  const codes = net.quant(`${id}/qt`, blob, HWGQ);
  return net.concat(`${id}/output`, [
    net.binaryConvolution(`${id}/1x1`, codes, pointwise, { kernel: 1 }),
    reducedConvolution(net, id, codes, threeByThree, 3),
    reducedConvolution(net, id, codes, fiveByFive, 5),
  ]);
}

/** Adds a 1×1 convolution (the reduction) and a convolution with a larger kernel. */
function reducedConvolution(net: NetworkBuilder, id: string, codes: string, outputs: number, kernel: number): string {
  const size = `${kernel}x${kernel}`;
  const reduced = net.binaryConvolution(`${id}/${size}_reduce`, codes, outputs, { kernel: 1 });
  const normalized = net.batchNorm(`${id}/bn_${size}_reduce`, reduced);
  const reducedCodes = net.quant(`${id}/qt_${size}`, normalized, HWGQ);
  return net.binaryConvolution(`${id}/${size}`, reducedCodes, outputs, { kernel, pad: (kernel - 1) / 2 });
}
