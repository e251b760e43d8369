import { expose } from 'comlink';
import { installErrorTransfer, READY } from '../worker/protocol.ts';
import type { BenchEngine, EngineStart } from './bench-engine.ts';
import type { EngineWorker } from './engine-protocol.ts';
import { startHwgq } from './hwgq-engine.ts';
import { startOnnxRuntime } from './onnxruntime-engine.ts';

let engine: BenchEngine | undefined;

const worker: EngineWorker = {
  async start(given) {
    const begin = performance.now();
    engine = await startEngine(given);
    const ready = performance.now();
    const scores = await engine.run(1);
    return {
      machine: engine.machine,
      startMilliseconds: ready - begin,
      firstRunMilliseconds: performance.now() - ready,
      label: scores.indexOf(scores.reduce((best, score) => Math.max(best, score), Number.NEGATIVE_INFINITY)),
    };
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

  async stop() {
    await engine?.dispose();
    engine = undefined;
  },
};

function startEngine(start: EngineStart): Promise<BenchEngine> {
  const { contestant } = start;
  return contestant.engine === 'hwgq-web'
    ? startHwgq({ ...start, contestant })
    : startOnnxRuntime({ ...start, contestant });
}

installErrorTransfer();
expose(worker);
postMessage(READY);
