import type { Plan } from '../../plan/plan.ts';
import { profileStep, type StepProfile } from '../../plan/step-profile.ts';
import type { Arena } from './arena.ts';
import { dispatchStep, type PreparedStep } from './prepared-step.ts';
import { StepTimer } from './step-timer.ts';
import { TIMESTAMPS_LONG_ENOUGH, timedRepeats } from './timed-repeats.ts';

/**
 * Times every step of a plan on the images in an arena. Each step has its own pass, in which it is repeated until it takes
 * long enough to be timed; a repeat computes the same results, because no step changes its inputs.
 * @param count images of a run.
 * @param repeats timings of each step.
 * @returns the median of each step, in the plan's order; undefined if the device cannot time passes.
 */
export async function profileSteps(
  device: GPUDevice,
  plan: Plan,
  steps: readonly PreparedStep[],
  arena: Arena,
  { count, repeats }: { readonly count: number; readonly repeats: number },
): Promise<readonly StepProfile[] | undefined> {
  const timer = StepTimer.create(device, steps.length);
  if (!timer) return undefined;
  const timeSteps = async (often: readonly number[]) => {
    const encoder = device.createCommandEncoder();
    arena.clear(encoder);
    for (const [index, step] of steps.entries()) {
      const pass = encoder.beginComputePass(timer.pass(index));
      for (let repeat = 0; repeat < (often[index] ?? 1); repeat++) {
        dispatchStep(pass, step, arena.bindGroups[index] as GPUBindGroup, count);
      }
      pass.end();
    }
    timer.resolve(encoder);
    device.queue.submit([encoder.finish()]);
    return timer.read();
  };
  const times = await timedRepeats(steps.length, repeats, TIMESTAMPS_LONG_ENOUGH, timeSteps);
  timer.dispose();
  return steps.map(({ step, kernel }, index) => profileStep(plan, step, times[index] ?? [], kernel.variant));
}
