import { open } from 'node:fs/promises';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type BackendName, createSession } from '../engine/session.ts';
import { HwgqError } from '../errors.ts';
import { logitsBlob } from '../graph/blobs.ts';
import { elementCount } from '../graph/shapes.ts';
import { readModel } from './files.ts';
import { progressBar } from './progress.ts';
import { nodeGpu } from './webgpu.ts';

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
    .addOption(new Option('--backend <name>', 'what computes').choices(['auto', 'webgpu', 'reference']).default('auto'))
    .action(run);
}

async function run(path: string, options: RunOptions): Promise<void> {
  const model = await readModel(path);
  const length = elementCount(model.graph.input.shape);
  const blobs = options.tap?.split(',') ?? [logitsBlob(model.graph)];
  const gpu = await nodeGpu(options.backend);
  const input = await open(options.input).catch((error: unknown) => {
    throw new HwgqError('invalid-option', `'${options.input}' cannot be read. Check the path.`, {}, { cause: error });
  });
  try {
    const { size } = await input.stat();
    const count = countOf(size, length, options);
    const session = await createSession(model, { backend: options.backend, blobs, ...(gpu ? { gpu } : {}) });
    const output = await open(options.output, 'w');
    const bar = progressBar(count, 'images');
    try {
      const step = Math.max(1, Math.min(MAX_CHUNK, Math.floor(VALUES_PER_CHUNK / length)));
      for (let start = 0; start < count; start += step) {
        const images = Math.min(step, count - start);
        const values = new Float32Array(images * length);
        await input.read(new Uint8Array(values.buffer), 0, values.byteLength, start * length * 4);
        const result = await session.run(values, images);
        for (let image = 0; image < images; image++) {
          for (const blob of result.blobs) {
            const size = blob.length / images;
            await output.write(new Uint8Array(blob.buffer, blob.byteOffset + image * size * 4, size * 4));
          }
        }
        bar.update(start + images);
      }
    } finally {
      bar.close();
      await output.close();
      session.dispose();
    }
    if (options.backend === 'auto') process.stderr.write(`hwgq: ran on ${session.backend.name}\n`);
  } finally {
    await input.close();
  }
}

function countOf(size: number, length: number, options: RunOptions): number {
  const there = size / (length * 4);
  if (!Number.isInteger(there) || there === 0) {
    throw new HwgqError(
      'invalid-option',
      `'${options.input}' has ${size} bytes; each input takes ${length * 4}, and a whole number of them is needed.`,
    );
  }
  const count = options.count ?? there;
  if (count <= there) return count;
  throw new HwgqError('invalid-option', `--count ${count} is more than the ${there} inputs in '${options.input}'.`);
}

function toCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count > 0) return count;
  throw new InvalidArgumentError('It must be a whole number from 1.');
}
