import type { Browser } from 'playwright-core';
import { type FirstLabelTask, firstLabelAddress } from '../first-labels.ts';
import { Heaps } from './support/devtools.ts';
import { countLiveBytes, liveBytes } from './support/live-bytes.ts';

/** Memory of a classifier's worker after one picture is classified, in bytes. */
export interface WorkerMemory {
  /** JavaScript objects and array buffers after garbage collection, without WASM memory. */
  readonly heap: number;
  readonly wasm: number;
  readonly gpu: number;
}

/** Measures the memory of a classifier's worker in a new page, after one picture and a garbage collection. */
export async function measureMemory(browser: Browser, url: string, task: FirstLabelTask): Promise<WorkerMemory> {
  const context = await browser.newContext();
  try {
    await countLiveBytes(context);
    const page = await context.newPage();
    const heaps = await Heaps.of(page);
    await page.goto(firstLabelAddress(url, task));
    await page.locator('html[data-first-label]').waitFor({ state: 'attached', timeout: 120_000 });
    const live = await liveBytes(page.workers()[0]).catch(() => undefined);
    if (!live)
      throw new Error(
        `The classifier's worker on ${task.candidate.backend} was not counted: the page loaded no file assets/worker-*.js.`,
      );
    const { workers, workerBuffers } = await heaps.usedBytes();
    return { heap: workers + workerBuffers, wasm: live.wasm, gpu: live.gpu };
  } finally {
    await context.close();
  }
}
