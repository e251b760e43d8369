import { releaseProxy } from 'comlink';
import { afterEach, expect, it, vi } from 'vitest';
import cifarsmallUrl from '../../models/cifarsmall.hwgq?url';
import { HostedModel } from '../../src/worker/hosted-model.ts';
import { Scheduler } from '../../src/worker/scheduler.ts';

const file = new Uint8Array(await (await fetch(cifarsmallUrl)).arrayBuffer());

afterEach(() => {
  vi.restoreAllMocks();
});

async function hosted(backend: 'webgpu' | 'wasm'): Promise<HostedModel> {
  const model = new HostedModel(new Scheduler().addQueue());
  model.start({ backend });
  model.push(file);
  const listener = () => Object.assign(() => {}, { [releaseProxy]: () => {} });
  await model.load(listener(), listener());
  return model;
}

function frame(): VideoFrame {
  const bytes = new Uint8Array(60 * 40 * 4).fill(255);
  return new VideoFrame(bytes, { format: 'RGBX', codedWidth: 60, codedHeight: 40, timestamp: 0 });
}

it.each(['webgpu', 'wasm'] as const)(
  'closes every transferred image and all images made from it, on %s',
  async (backend) => {
    const model = await hosted(backend);
    const making = vi.spyOn(globalThis, 'createImageBitmap');
    const pixels = new ImageData(50, 30);
    const transferred = async () => [frame(), await createImageBitmap(pixels), pixels] as const;
    const areAllClosed = async (frames: readonly VideoFrame[]) => {
      const bitmaps = await Promise.all(making.mock.results.map(({ value }) => value as Promise<ImageBitmap>));
      return frames.every(({ codedWidth }) => codedWidth === 0) && bitmaps.every(({ width }) => width === 0);
    };

    const seen = await transferred();
    expect((await model.classify(seen, { region: 'square', mirror: true })).results).toHaveLength(3);
    expect(await areAllClosed([seen[0]])).toBe(true);

    const viewed = frame();
    expect(await model.features(viewed)).not.toHaveLength(0);
    expect(await areAllClosed([viewed])).toBe(true);

    // More than a batch, so that some are never classified.
    const rejected = await Promise.all(Array.from({ length: 7 }, transferred));
    const empty = new HostedModel(new Scheduler().addQueue());
    await expect(empty.classify(rejected.flat(), {})).rejects.toThrow('no model');
    expect(await areAllClosed(rejected.map(([frame]) => frame))).toBe(true);
  },
);
