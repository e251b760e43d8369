import { reportLabelOf } from './report.ts';
import { createInput, model, peers, threads } from './task.ts';

await reportLabelOf(async () => {
  const folder = `${peers}onnxruntime-web/`;
  const ort = (await import(/* @vite-ignore */ `${folder}ort.wasm.min.mjs`)) as typeof import('onnxruntime-web');
  ort.env.wasm.wasmPaths = folder;
  ort.env.wasm.numThreads = threads;
  ort.env.logLevel = 'error';
  const session = await ort.InferenceSession.create(model, { executionProviders: ['wasm'] });
  const { values, shape } = createInput();
  const results = await session.run({ [session.inputNames[0] ?? '']: new ort.Tensor('float32', values, shape) });
  const scores = results[session.outputNames[0] ?? '']?.data as Float32Array;
  return String(scores.indexOf(Math.max(...scores)));
});
