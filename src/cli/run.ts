import { open } from 'node:fs/promises';
import type { Command } from 'commander';
import type { BackendName } from '../engine/runner.ts';
import { createSession } from '../engine/session.ts';
import { HwgqError } from '../errors.ts';
import { logitsBlob } from '../graph/blobs.ts';
import { elementCount } from '../graph/shapes.ts';
import { refuseFile } from '../node/read-file.ts';
import { readModel } from '../node/read-model.ts';
import { nodeGpu } from '../node/webgpu.ts';
import { toCount } from '../tools/number-arguments.ts';
import { backendOption } from './arguments.ts';
import { writeWhole } from './files.ts';
import { tell } from './messages.ts';
import { progressBar } from './progress.ts';

/** Images of one submit: enough to keep a GPU busy on small networks, and few for large ones. */
const VALUES_PER_CHUNK = 250_000;
const MAX_CHUNK = 64;

interface RunOptions {
  readonly input: string;
  readonly output: string;
  readonly count?: number;
  readonly tap?: string;
  readonly backend: BackendName | 'auto';
}

/** `hwgq run`: preprocessed inputs in, blobs out. */
export function addRun(program: Command): void {
  program
    .command('run')
    .description('Run a model on preprocessed inputs (float32, N × C × H × W) and write blobs.')
    .argument('<model>', 'a .hwgq file')
    .requiredOption('--input <file>', 'inputs, back to back')
    .requiredOption('--output <file>', 'for each input the blobs, in the order given')
    .option('--count <n>', 'only the first n inputs', toCount)
    .option('--tap <blobs>', 'Caffe blobs, separated by commas (default: the last before Softmax)')
    .addOption(backendOption())
    .action(run);
}

async function run(path: string, options: RunOptions): Promise<void> {
  const { model } = await readModel(path);
  const length = elementCount(model.graph.input.shape);
  const blobs = options.tap?.split(',').map((blob) => blob.trim()) ?? [logitsBlob(model.graph)];
  const input = await open(options.input).catch((error: unknown) => refuseFile(options.input, 'read', error));
  try {
    const count = countOf((await input.stat()).size, length, options);
    const gpu = options.backend === 'webgpu' ? await nodeGpu() : undefined;
    const session = await createSession(model, { backend: options.backend, blobs, gpu });
    const bar = progressBar(count, 'images');
    try {
      await writeWhole(options.output, async (output) => {
        const step = Math.max(1, Math.min(MAX_CHUNK, Math.floor(VALUES_PER_CHUNK / length)));
        for (let start = 0; start < count; start += step) {
          const images = Math.min(step, count - start);
          const values = new Float32Array(images * length);
          await input.read(new Uint8Array(values.buffer), 0, values.byteLength, start * length * 4);
          const result = await session.run(values, images);
          await output.writeFile(interleaved(result.blobs, images));
          bar.update(start + images);
        }
      });
    } finally {
      bar.clear();
      session.dispose();
    }
    if (options.backend === 'auto') tell(`Ran on ${session.backend.name}.`);
  } finally {
    await input.close();
  }
}

/** Blobs of several images, each blob image by image, as the bytes of the images, each blob by blob. */
function interleaved(blobs: readonly Float32Array[], images: number): Uint8Array {
  const parts: Float32Array[] = [];
  for (let image = 0; image < images; image++) {
    for (const blob of blobs) {
      const size = blob.length / images;
      parts.push(blob.subarray(image * size, (image + 1) * size));
    }
  }
  return Buffer.concat(
    parts.map(({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength)),
  );
}

function countOf(size: number, length: number, options: RunOptions): number {
  const there = size / (length * 4);
  if (!Number.isInteger(there) || there === 0) {
    throw new HwgqError(
      'file',
      `'${options.input}' has ${size} bytes; each input takes ${length * 4}, and a whole number of them is needed. Write float32, planar.`,
      { file: options.input },
    );
  }
  const count = options.count ?? there;
  if (count <= there) return count;
  throw new HwgqError('invalid-option', `--count is ${count}, but there are ${there} inputs in '${options.input}'.`);
}
