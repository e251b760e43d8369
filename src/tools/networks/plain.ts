import type { CaffeNetwork } from '../caffe/network-description.ts';
import { binaryBlock, binaryStages, rectifiedFeatures } from './blocks.ts';
import { NetworkBuilder } from './network-builder.ts';
import { HWGQ } from './quantizers.ts';

const CLASSES = 1000;
const CIFAR_CLASSES = 10;

/** Returns the paper's variant of VGG-16: a 7×7 first layer with stride 2, and three stages of three convolutions. */
export function vggVariant(): CaffeNetwork {
  const net = new NetworkBuilder('VGG-variant-HWGQ', [3, 224, 224]);
  const conv1 = net.convolution('conv1', 'data', 96, { kernel: 7, stride: 2, pad: 3 });
  const pool1 = net.maxPooling('pool1', net.relu('relu1', conv1), 2, 2);
  const { blob, norm } = binaryStages(net, '1', pool1, [
    [2, 256, 256, 256],
    [3, 512, 512, 512],
    [4, 512, 512, 512],
  ]);
  const pool4 = net.batchNorm(`bn${norm}`, net.maxPooling('pool4', blob, 2, 2));
  const fc5 = net.binaryInnerProduct('fc5', net.quant('qt5', pool4, HWGQ), 4096);
  const fc6 = net.binaryInnerProduct('fc6', net.quant('qt6', net.batchNorm('bn5', fc5), HWGQ), 4096);
  const features = net.relu('relu6', net.batchNorm('bn6', fc6));
  net.softmax('prob', net.innerProduct('fc7', features, CLASSES));
  return net.build();
}

/** Returns the paper's DarkNet-19 (Redmon and Farhadi, 2016), with 3×3 filters in place of the original's 1×1 filters. */
export function darkNet19(): CaffeNetwork {
  const net = new NetworkBuilder('DarkNet-19-HWGQ', [3, 224, 224]);
  const pool1 = net.maxPooling('pool1', net.convolution('conv1', 'data', 32, { kernel: 3, pad: 1 }), 2, 2);
  const { blob, norm } = binaryStages(net, '1', pool1, [
    [2, 64],
    [3, 128, 64, 128],
    [4, 256, 128, 256],
    [5, 512, 256, 512, 256, 512],
    [6, 1024, 512, 1024, 512, 1024],
  ]);
  const pool6 = net.averagePooling('pool6', rectifiedFeatures(net, norm, blob), 7);
  net.softmax('prob', net.innerProduct('fc7', pool6, CLASSES));
  return net.build();
}

/** Returns the paper's VGG for CIFAR-10. */
export function cifarVgg(): CaffeNetwork {
  const net = new NetworkBuilder('CIFAR10-VGG-HWGQ', [3, 32, 32]);
  const pool = (stage: number, blob: string) => net.maxPooling(`pool${stage}`, blob, 2, 2);
  const conv1 = net.convolution('conv1_1', 'data', 128, { kernel: 3, pad: 1 });
  let blob = pool(1, binaryBlock(net, '1_2', conv1, 128));
  blob = binaryBlock(net, '2_1', blob, 256);
  blob = pool(2, binaryBlock(net, '2_2', blob, 256));
  blob = binaryBlock(net, '3_1', blob, 512);
  blob = binaryBlock(net, '3_2', blob, 512);
  const pool3 = pool(3, rectifiedFeatures(net, '3', blob));
  net.softmax('prob', net.innerProduct('fc4', pool3, CIFAR_CLASSES));
  return net.build();
}

/** Returns a smaller VGG for CIFAR-10, the network of `models/cifarsmall.hwgq`. */
export function cifarSmall(): CaffeNetwork {
  const net = new NetworkBuilder('CIFAR10-VGG-small-HWGQ', [3, 32, 32]);
  const pool1 = net.maxPooling('pool1', net.convolution('conv1', 'data', 64, { kernel: 3, pad: 1 }), 2, 2);
  const { blob, norm } = binaryStages(net, '1', pool1, [
    [2, 128, 128],
    [3, 256, 256],
  ]);
  const pool3 = net.maxPooling('pool3', rectifiedFeatures(net, norm, blob), 2, 2);
  net.softmax('prob', net.innerProduct('fc4', pool3, CIFAR_CLASSES));
  return net.build();
}
