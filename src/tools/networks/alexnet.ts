import type { Quantizer } from '../../numerics/quantizer.ts';
import type { CaffeNetwork } from '../caffe/network-description.ts';
import { binaryBlock } from './blocks.ts';
import { NetworkBuilder } from './network-builder.ts';
import { HWGQ } from './quantizers.ts';

/** Options that the paper's ablations change. */
export interface AlexNetOptions {
  /** Name of the network. Default: `AlexNet-HWGQ`. */
  readonly name?: string;
  /** Quantizer of the activations. Default: `HWGQ`. */
  readonly quantizer?: Quantizer;
  /** Number of outputs of fc6 and fc7. Default: 4096. */
  readonly width?: number;
}

const CLASSES = 1000;

/** Returns AlexNet (Krizhevsky et al., 2012) without groups and LRN, with max-pooling before BatchNorm. */
export function alexNet(options: AlexNetOptions = {}): CaffeNetwork {
  const { name = 'AlexNet-HWGQ', quantizer = HWGQ, width = 4096 } = options;
  const net = new NetworkBuilder(name, [3, 227, 227]);
  const pool = (index: number, blob: string) => net.maxPooling(`pool${index}`, blob, 3, 2);
  let blob = pool(1, net.convolution('conv1', 'data', 96, { kernel: 11, stride: 4 }));
  blob = pool(2, binaryBlock(net, '2', blob, 256, { kernel: 5, quantizer }));
  blob = binaryBlock(net, '3', blob, 384, { quantizer });
  blob = binaryBlock(net, '4', blob, 384, { quantizer });
  blob = pool(5, binaryBlock(net, '5', blob, 256, { quantizer }));
  for (const index of [6, 7]) {
    const codes = net.quant(`qt${index}`, net.batchNorm(`bn${index}`, blob), quantizer);
    blob = net.binaryInnerProduct(`fc${index}`, codes, width);
  }
  blob = net.relu('relu8', net.batchNorm('bn8', blob));
  net.softmax('prob', net.innerProduct('fc8', blob, CLASSES));
  return net.build();
}
