import type { Browser } from 'playwright-core';
import { type FirstLabelTask, firstLabelAddress } from '../first-labels.ts';
import { Heaps } from './support/devtools.ts';
import { countLiveBytes, liveBytes } from './support/live-bytes.ts';

/** What a classifier's worker holds once it has named a picture, in bytes. */
export interface WorkerMemory {
  /** JavaScript objects and array buffers, after a collection; WASM memory is not among them. */
  readonly heap: number;
  readonly wasm: number;
  readonly gpu: number;
}

/** Loads a model in a page of its own, names a picture, collects, and looks. */
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
        `The classifier's worker on ${task.candidate.backend} was not counted: no file assets/worker-*.js came.`,
      );
    const { workers, workerBuffers } = await heaps.usedBytes();
    return { heap: workers + workerBuffers, wasm: live.wasm, gpu: live.gpu };
  } finally {
    await context.close();
  }
}
