import type { StepProfile } from '../engine/runner.ts';
import type { Peaks } from './peaks.ts';

/** Where a step stands under the roof of what its machine can do. */
export interface RooflinePlace {
  /** Multiply-adds for each byte that has to be moved; 0 for steps without weights. */
  readonly intensity: number;
  /** Multiply-adds a second. */
  readonly rate: number;
  /**
   * Of a binary layer, bit operations a second: for each weight and each bit plane of the activations an AND and a
   * count. Of others two for each multiply-add.
   */
  readonly operations: number;
  /** Share of the peak of its kind of arithmetic; of bandwidth where that is neither binary nor whole numbers. */
  readonly ofPeak?: number;
}

export function rooflinePlace(step: StepProfile, peaks: Peaks): RooflinePlace {
  const seconds = step.milliseconds / 1000;
  const rate = step.multiplyAdds / seconds;
  const ofPeak = shareOf(step, rate, peaks);
  return {
    intensity: step.multiplyAdds / step.bytes,
    rate,
    operations: rate * 2 * Math.max(1, step.planes),
    ...(ofPeak !== undefined && Number.isFinite(ofPeak) ? { ofPeak } : {}),
  };
}

function shareOf({ kind, bytes, milliseconds }: StepProfile, rate: number, peaks: Peaks): number | undefined {
  switch (kind) {
    case 'binaryConvolution':
      return rate / peaks.binary;
    case 'integerConvolution':
      return rate / peaks.integer;
    default: {
      const share = bytes / (milliseconds / 1000) / peaks.bandwidth;
      // What is faster than memory has found its input in a cache.
      return share > 1 ? undefined : share;
    }
  }
}
