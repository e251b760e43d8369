import type { Quantizer } from '../../numerics/quantizer.ts';
import type { NetworkBuilder } from './network-builder.ts';
import { HWGQ } from './quantizers.ts';

export interface BinaryBlockOptions {
  /** Default: 3. */
  readonly kernel?: number;
  /** What the BatchNorm is called after. Default: as the convolution is. */
  readonly norm?: string;
  /** Default: the paper's. */
  readonly quantizer?: Quantizer;
}

/** BatchNorm → Quant → binary convolution that keeps the size: `bnID`, `qtID`, `convID`. */
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

/** A stage of 3×3 convolutions: its number and each one's outputs. */
export type Stage = readonly [stage: number, ...outputs: number[]];

/**
 * Stages of binary blocks, a 2×2 max-pooling between them; blocks are called `STAGE_INDEX`, or `STAGE` where there is
 * one only, and each BatchNorm is called after the convolution before it.
 * @param first the convolution before the first stage.
 * @returns the blob of the last convolution, not pooled, and what the BatchNorm behind it is called after.
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

/** BatchNorm → Scale → ReLU in place: how features leave the quantized part of a network. */
export function rectifiedFeatures(net: NetworkBuilder, id: string, blob: string): string {
  return net.relu(`relu${id}`, net.scale(`scale${id}`, net.batchNorm(`bn${id}`, blob)));
}
