import type { Plan } from '../../plan/plan.ts';
import { profileStep, type StepProfile } from '../../plan/step-profile.ts';
import type { Arena } from './arena.ts';
import { dispatchStep, type PreparedStep } from './prepared-step.ts';
import { StepTimer } from './step-timer.ts';
import { TIMESTAMPS_LONG_ENOUGH, timedRepeats } from './timed-repeats.ts';

/**
 * Runs the `count` images of an arena step by step, several times. Each step has a pass of its own, in which it is
 * repeated until that takes long enough to be timed: what it reads, no step changes.
 * @returns the median of each step, in the plan's order; undefined where the device cannot time passes.
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
