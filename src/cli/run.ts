import { open } from 'node:fs/promises';
import type { Command } from 'commander';
import type { BackendName } from '../engine/runner.ts';
import { createSession } from '../engine/session.ts';
import { HwgqError } from '../errors.ts';
import { scoresBlob } from '../graph/scores.ts';
import { elementCount } from '../graph/shapes.ts';
import { refuseFile } from '../node/read-file.ts';
import { readModel } from '../node/read-model.ts';
import { nodeGpu } from '../node/webgpu.ts';
import { toCount } from '../tools/number-arguments.ts';
import { backendOption, blobsOption } from './arguments.ts';
import { printMessage } from './messages.ts';
import { progressBar } from './progress.ts';
import { expectNewFiles, writeAtomically } from './write-file.ts';

/** Maximum input values per run: keeps a GPU busy on small networks, and limits memory on large ones. */
const VALUES_PER_RUN = 250_000;
/** Maximum images per run. */
const MAX_BATCH_SIZE = 64;

interface RunOptions {
  readonly input: string;
  readonly output: string;
  readonly count?: number;
  readonly blobs?: readonly string[];
  readonly backend: BackendName | 'auto';
}

/** Adds `hwgq run`, which runs a model on preprocessed inputs and writes blobs. */
export function addRun(program: Command): void {
  program
    .command('run')
    .description('Run a model on preprocessed inputs and write its outputs (raw float32, N × C × H × W).')
    .argument('<model>', 'a .hwgq file')
    .requiredOption('--input <file>', 'file of concatenated inputs')
    .requiredOption('--output <file>', 'file to write: the blobs of the first input, then of the second, and so on')
    .option('--count <n>', 'run only the first n inputs', toCount)
    .addOption(blobsOption())
    .addOption(backendOption())
    .action(run);
}

async function run(path: string, options: RunOptions): Promise<void> {
  await expectNewFiles([options.output], [path, options.input]);
  const { model } = await readModel(path);
  const length = elementCount(model.graph.input.shape);
  const { blobs = [scoresBlob(model.graph)] } = options;
  const input = await open(options.input).catch((error: unknown) => refuseFile(options.input, 'read', error));
  try {
    const count = countOf((await input.stat()).size, length, options);
    const gpu = options.backend === 'webgpu' ? await nodeGpu() : undefined;
    const session = await createSession(model, { backend: options.backend, blobs, gpu });
    const bar = progressBar(count, 'images');
    try {
      await writeAtomically(options.output, async (output) => {
        const batchSize = Math.max(1, Math.min(MAX_BATCH_SIZE, Math.floor(VALUES_PER_RUN / length)));
        for (let start = 0; start < count; start += batchSize) {
          const images = Math.min(batchSize, count - start);
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
    if (options.backend === 'auto') printMessage(`Ran on ${session.backend.name}.`);
  } finally {
    await input.close();
  }
}

/** Reorders blobs from blob-major (each blob holds all images) to image-major, and returns the bytes. */
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

/** Returns the number of inputs to run, from the size of the input file in bytes and the values per input. */
function countOf(size: number, length: number, options: RunOptions): number {
  const available = size / (length * 4);
  if (!Number.isInteger(available) || available === 0) {
    throw new HwgqError(
      'file',
      `'${options.input}' has ${size} bytes, which is not a multiple of ${length * 4}, the size of one input. ` +
        'Write planar float32 values.',
      { file: options.input },
    );
  }
  const count = options.count ?? available;
  if (count <= available) return count;
  throw new HwgqError('invalid-option', `--count is ${count}, but '${options.input}' holds only ${available} inputs.`);
}
