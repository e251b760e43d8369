import { HwgqError, messageOf } from '../../errors.ts';
import type { Convolution, Plan } from '../../plan/plan.ts';
import type { OpenDevice } from './device.ts';
import { type KernelResults, ShapeBench } from './shape-bench.ts';
import type { KernelChoice, VariantName } from './variant-names.ts';
import { convolutionShapes, shapeKey, variantsOf } from './variants.ts';

export interface AutotuneOptions {
  /** Images of a run. Default: 1. */
  readonly count?: number | undefined;
  /** Number of timings of each variant. The median is used. Default: 5. */
  readonly repeats?: number | undefined;
  /** Called with the share of variants that have been timed, 0 to 1. */
  readonly onProgress?: ((done: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The time of one variant on one layer shape. */
export interface VariantTiming {
  /** The layer shape, as `shapeKey` describes it. */
  readonly shape: string;
  readonly variant: VariantName;
  /** Median of the timings. Absent if the variant did not run. */
  readonly milliseconds?: number;
  /**
   * The reason why the variant cannot be chosen: the driver refused it, or its results differ from those of the first
   * variant that ran. Absent if it can.
   */
  readonly failure?: string;
}

export interface Autotuned {
  /** The fastest variant of each layer shape, for the option `kernelChoice`. */
  readonly choice: KernelChoice;
  readonly timings: readonly VariantTiming[];
}

/** A variant that is this many times slower than the fastest is timed once: it cannot become the fastest. */
const HOPELESS = 8;
/** Accepted difference between float results, relative to the largest. */
const FLOAT_TOLERANCE = 1e-5;
/** Accepted share of results that differ, if rounding can change a result. */
const WRONG_SHARE = 1e-3;

/**
 * Times every variant of each convolution shape of a plan on a device, with timestamp queries if the device has them, or
 * else with the clock, and compares their results. A variant that fails is skipped.
 * @throws HwgqError `device-lost`, or `download` if a shader cannot be fetched; the signal's reason if it aborts.
 */
export async function autotune(open: OpenDevice, plan: Plan, options: AutotuneOptions = {}): Promise<Autotuned> {
  const { count = 1, repeats = 5, onProgress = () => {}, signal } = options;
  const { device, capabilities } = open;
  const candidates = convolutionShapes(plan).map((shape) => ({ shape, variants: variantsOf(shape, capabilities) }));
  const total = candidates.reduce((sum, { variants }) => sum + variants.length, 0);
  const timings: VariantTiming[] = [];
  const choice: Record<string, VariantName> = {};
  for (const { shape, variants } of candidates) {
    const bench = new ShapeBench(device, plan, shape, count);
    const key = shapeKey(shape);
    try {
      let expected: KernelResults | undefined;
      let fastest = Number.POSITIVE_INFINITY;
      for (const variant of variants) {
        signal?.throwIfAborted();
        const timing = { shape: key, variant: variant.name };
        try {
          const { milliseconds, results } = await bench.time(variant, repeats, HOPELESS * fastest);
          expected ??= results;
          if (!isSame(results, expected, shape.step)) {
            timings.push({ ...timing, milliseconds, failure: 'Its results differ from those of the first variant.' });
          } else {
            timings.push({ ...timing, milliseconds });
            if (milliseconds < fastest) choice[key] = variant.name;
            fastest = Math.min(fastest, milliseconds);
          }
        } catch (error) {
          await throwIfLost(device);
          // A shader that cannot be fetched is not the variant's failure.
          if (error instanceof HwgqError) throw error;
          timings.push({ ...timing, failure: messageOf(error) });
        }
        onProgress(timings.length / total);
      }
    } finally {
      bench.dispose();
    }
  }
  return { choice, timings };
}

/** Integer sums are exact. Float sums may round differently, which may change a few codes. */
function isSame(results: KernelResults, expected: KernelResults, { kind, epilogue }: Convolution): boolean {
  const tolerance =
    expected instanceof Float32Array
      ? FLOAT_TOLERANCE * expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
      : 0;
  let wrong = 0;
  for (const [index, value] of results.entries()) {
    if (!(Math.abs(value - (expected[index] as number)) <= tolerance)) wrong++;
  }
  const isExact = kind !== 'floatConvolution' && (epilogue.kind === 'codes' || expected instanceof Float32Array);
  return wrong <= (isExact ? 0 : WRONG_SHARE * results.length);
}

async function throwIfLost(device: GPUDevice): Promise<void> {
  const loss = await Promise.race([device.lost, undefined]);
  if (!loss) return;
  throw new HwgqError('device-lost', `The GPU was lost while its kernels were timed: ${loss.message} Try again.`);
}
