import type { BenchModels } from './bench-models.ts';
import { type Contestant, formOf, nameOf } from './contestant.ts';
import type { FirstLabel } from './report.ts';
import { median } from './statistics.ts';

export interface FirstLabelOptions {
  readonly siteUrl: string;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, doing: string) => void;
}

const ROUNDS = 3;
/** The page there makes its input for networks of this size alone. */
const INPUT_LENGTH = 3 * 224 * 224;

/**
 * Milliseconds from navigation to the first label, in frames that do nothing else: this project's engine by itself and
 * onnxruntime-web on WASM, where it takes part. Files come from wherever the browser has them.
 * @throws the signal's reason where it aborts.
 */
export async function timeFirstLabels(
  { files, input }: BenchModels,
  contestants: readonly Contestant[],
  { siteUrl, signal, onProgress }: FirstLabelOptions,
): Promise<readonly FirstLabel[]> {
  if (input.floats.length !== INPUT_LENGTH) return [];
  const own: Contestant = { engine: 'hwgq-web', backend: 'auto' };
  const peer = contestants.find(({ engine, backend }) => engine === 'onnxruntime-web' && backend === 'wasm');
  const engines = [own, ...(peer ? [peer] : [])].map((contestant) => {
    const blob = new Blob([files.get(formOf(contestant)) ?? new Uint8Array()]);
    return { contestant, model: URL.createObjectURL(blob), times: [] as number[] };
  });
  try {
    for (let round = 0; round < ROUNDS; round++) {
      for (const [index, { contestant, model, times }] of engines.entries()) {
        onProgress((round * engines.length + index) / (ROUNDS * engines.length), `First label: ${nameOf(contestant)}`);
        const parts = { engine: contestant.engine, model, peers: `${siteUrl}peers/` };
        times.push(await timeFrame(`${siteUrl}first-label.html#${new URLSearchParams(parts)}`, signal));
      }
    }
    return engines.map(({ contestant, times }) => ({ name: nameOf(contestant), milliseconds: median(times) }));
  } finally {
    for (const { model } of engines) URL.revokeObjectURL(model);
  }
}

async function timeFrame(url: string, signal: AbortSignal): Promise<number> {
  const frame = document.createElement('iframe');
  frame.hidden = true;
  frame.src = url;
  try {
    return await new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      window.addEventListener('message', function listen({ source, data }: MessageEvent<unknown>) {
        if (source !== frame.contentWindow) return;
        window.removeEventListener('message', listen);
        const { firstLabel, failure } = data as { firstLabel?: number; failure?: string };
        if (firstLabel === undefined) reject(new Error(failure));
        else resolve(firstLabel);
      });
      document.body.append(frame);
    });
  } finally {
    frame.remove();
  }
}
