import { exposeWorker } from '../worker/handshake.ts';
import type { BenchEngine, EngineStart } from './bench-engine.ts';
import type { EngineWorker } from './engine-protocol.ts';
import { measureGpuPeaks } from './gpu-peaks.ts';
import { startHwgq } from './hwgq-engine.ts';
import { startLiteRt } from './litert-engine.ts';
import { countLiveBytes, liveBytes } from './live-bytes.ts';
import { startOnnxRuntime } from './onnxruntime-engine.ts';
import { startTfjs } from './tfjs-engine.ts';
import { measureWasmPeaks } from './wasm-peaks.ts';

let engine: BenchEngine | undefined;

const worker: EngineWorker = {
  async start(given) {
    const begin = performance.now();
    engine = await startEngine(given);
    const ready = performance.now();
    const scores = await engine.run(1);
    const started = {
      machine: engine.machine,
      startMilliseconds: ready - begin,
      firstRunMilliseconds: performance.now() - ready,
      label: scores.indexOf(scores.reduce((best, score) => Math.max(best, score), Number.NEGATIVE_INFINITY)),
      liveBytes: liveBytes(),
    };
    return { started, scores };
  },

  async time(runs, count) {
    const times: number[] = [];
    for (let run = 0; run < runs; run++) {
      const start = performance.now();
      await engine?.run(count);
      times.push(performance.now() - start);
    }
    return times;
  },

  async profile(repeats) {
    const own = engine?.own;
    const steps = await own?.profile(repeats);
    if (!own || !steps) return undefined;
    const { name, simd, threads } = own.backend;
    if (name === 'webgpu') return { steps, peaks: await measureGpuPeaks(navigator.gpu) };
    return simd && { steps, peaks: await measureWasmPeaks(simd, threads ?? 1) };
  },

  async stop() {
    await engine?.dispose();
    engine = undefined;
  },
};

function startEngine(start: EngineStart): Promise<BenchEngine> {
  const { candidate } = start;
  switch (candidate.engine) {
    case 'hwgq-web':
      return startHwgq({ ...start, candidate });
    case 'onnxruntime-web':
      return startOnnxRuntime({ ...start, candidate });
    case 'LiteRT.js':
      return startLiteRt({ ...start, candidate });
    case 'tfjs':
      return startTfjs({ ...start, candidate });
  }
}

countLiveBytes();
exposeWorker(worker);
