import { toNhwc } from '../bench-engine.ts';
import { reportLabelOf } from './report.ts';
import { createInput, model, peers, threads } from './task.ts';

await reportLabelOf(async () => {
  const folder = `${peers}litert/`;
  const { loadAndCompile, loadLiteRt, Tensor } = (await import(
    /* @vite-ignore */ `${folder}core.js`
  )) as typeof import('@litertjs/core');
  await loadLiteRt(folder, { threads: threads > 1 });
  const compiled = await loadAndCompile(model, { accelerator: 'wasm', cpuOptions: { numThreads: threads } });
  const { values, shape } = createInput();
  const [, channels, height, width] = shape;
  const input = new Tensor(toNhwc(values, [channels, height, width]), [1, height, width, channels]);
  const [result] = await compiled.run(input);
  const scores = result?.toTypedArray() as Float32Array;
  return String(scores.indexOf(Math.max(...scores)));
});
