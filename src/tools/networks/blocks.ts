import type { Quantizer } from '../../numerics/quantizer.ts';
import type { NetworkBuilder } from './network-builder.ts';
import { HWGQ } from './quantizers.ts';

/** Options of a binary block. */
export interface BinaryBlockOptions {
  /** Kernel size. Default: 3. */
  readonly kernel?: number;
  /** Suffix of the BatchNorm's name. Default: the one of the convolution. */
  readonly norm?: string;
  /** Quantizer of the activations. Default: `HWGQ`. */
  readonly quantizer?: Quantizer;
}

/** Adds BatchNorm (`bnID`), Quant (`qtID`) and a binary convolution that keeps the size (`convID`). */
export function binaryBlock(
  net: NetworkBuilder,
  id: string,
  blob: string,
  outputs: number,
  { kernel = 3, norm = id, quantizer = HWGQ }: BinaryBlockOptions = {},
): string {
  const codes = net.quant(`qt${id}`, net.batchNorm(`bn${norm}`, blob), quantizer);
  return net.binaryConvolution(`conv${id}`, codes, outputs, { kernel, pad: (kernel - 1) / 2 });
}

/** A stage of 3×3 convolutions: its number, and the number of outputs of each convolution. */
export type Stage = readonly [stage: number, ...outputs: number[]];

/**
 * Adds stages of binary blocks, with 2×2 max-pooling between stages. Blocks are named `STAGE_INDEX`, or `STAGE` if the stage
 * has only one. Each BatchNorm is named after the convolution before it.
 * @param first suffix of the convolution before the first stage.
 * @returns the blob of the last convolution, before pooling, and the name suffix of the BatchNorm after it.
 */
export function binaryStages(net: NetworkBuilder, first: string, blob: string, stages: readonly Stage[]) {
  let norm = first;
  for (const [stage, ...widths] of stages) {
    if (stage !== stages[0]?.[0]) blob = net.maxPooling(`pool${stage - 1}`, blob, 2, 2);
    for (const [index, outputs] of widths.entries()) {
      const id = widths.length > 1 ? `${stage}_${index + 1}` : `${stage}`;
      blob = binaryBlock(net, id, blob, outputs, { norm });
      norm = id;
    }
  }
  return { blob, norm };
}

/** Adds BatchNorm, Scale and ReLU, all in place, which end the quantized part of a network. */
export function rectifiedFeatures(net: NetworkBuilder, id: string, blob: string): string {
  return net.relu(`relu${id}`, net.scale(`scale${id}`, net.batchNorm(`bn${id}`, blob)));
}
