import type { StepProfile } from '../engine/runner.ts';
import type { Peaks } from './peaks.ts';

/** Position of a step in the roofline model. */
export interface RooflinePlace {
  /** Multiply-adds per byte of memory traffic; 0 for steps without weights. */
  readonly intensity: number;
  /** Multiply-adds per second. */
  readonly rate: number;
  /**
   * Operations per second. Binary layers: an AND and a count for each weight and each bit plane of the activations.
   * Other layers: two per multiply-add.
   */
  readonly operations: number;
  /** Share of the peak for the step's arithmetic, 0 to 1. Steps that are neither binary nor integer use bandwidth. */
  readonly ofPeak?: number;
}

/** Returns the position of a step in the roofline model. */
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
      // A step that is faster than memory has read its input from a cache.
      return share > 1 ? undefined : share;
    }
  }
}
