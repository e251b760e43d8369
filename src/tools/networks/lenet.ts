import type { CaffeNetwork } from '../caffe/network-description.ts';
import { NetworkBuilder } from './network-builder.ts';
import { HWGQ } from './quantizers.ts';

/** Returns LeNet (LeCun et al., 1998) with only binary layers. The first one reads real pixels; the last one has a bias. */
export function leNet(): CaffeNetwork {
  const net = new NetworkBuilder('LeNet-HWGQ', [1, 28, 28]);
  const quantized = (index: number, blob: string) => net.quant(`qt${index}`, net.batchNorm(`bn${index}`, blob), HWGQ);
  const convolved = (index: number, from: string, outputs: number) =>
    net.maxPooling(`pool${index}`, net.binaryConvolution(`conv${index}`, from, outputs, { kernel: 5 }), 2, 2);
  let blob = convolved(1, 'data', 20);
  blob = convolved(2, quantized(1, blob), 50);
  blob = net.binaryInnerProduct('ip1', quantized(2, blob), 500);
  blob = net.binaryInnerProduct('ip2', quantized(3, blob), 10, true);
  net.softmax('prob', blob);
  return net.build();
}
