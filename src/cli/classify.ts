import { type Command, InvalidArgumentError, Option } from 'commander';
import { labelsOf, toCategories } from '../engine/categories.ts';
import type { Category } from '../engine/classification.ts';
import { type BackendName, createSession } from '../engine/session.ts';
import { toInputBytes, toNetworkInput } from '../image/input.ts';
import { readBytes, readModel } from './files.ts';
import { decodePicture, listPictures } from './pictures.ts';
import { progressBar } from './progress.ts';
import { nodeGpu } from './webgpu.ts';

interface ClassifyOptions {
  readonly top: number;
  readonly json?: boolean;
  readonly csv?: boolean;
  readonly backend: BackendName | 'auto';
}

/** `hwgq classify`: names pictures. A picture that cannot be read is reported, and the others go on. */
export function addClassify(program: Command): void {
  program
    .command('classify')
    .description('Name pictures (PNG, JPEG, WebP; folders too).')
    .argument('<model>', 'a .hwgq file')
    .argument('<images...>', 'pictures, or folders of them')
    .option('--top <k>', 'how many categories for each picture', toTop, 5)
    .addOption(new Option('--json', 'as JSON').conflicts('csv'))
    .option('--csv', 'as CSV')
    .addOption(new Option('--backend <name>', 'what computes').choices(['auto', 'webgpu', 'reference']).default('auto'))
    .action(classify);
}

async function classify(path: string, images: string[], options: ClassifyOptions): Promise<void> {
  const model = await readModel(path);
  const files = await listPictures(images);
  const gpu = await nodeGpu(options.backend);
  const session = await createSession(model, { backend: options.backend, ...(gpu ? { gpu } : {}) });
  const bar = progressBar(files.length, 'pictures');
  const results: { file: string; categories: Category[] }[] = [];
  for (const [index, file] of files.entries()) {
    try {
      const bytes = toInputBytes(await decodePicture(await readBytes(file), file), model.preprocessing);
      const [logits = new Float32Array()] = (await session.run(toNetworkInput(bytes, model.preprocessing), 1)).blobs;
      const labels = labelsOf(model.labels, logits.length);
      results.push({ file, categories: toCategories(logits, labels, { maxResults: options.top }).categories });
    } catch (error) {
      process.exitCode = 1;
      process.stderr.write(`hwgq: ${error instanceof Error ? error.message : String(error)}\n`);
    }
    bar.update(index + 1);
  }
  bar.close();
  session.dispose();
  process.stdout.write(options.json ? `${JSON.stringify(results, null, 2)}\n` : asText(results, options.csv ?? false));
}

function asText(results: readonly { file: string; categories: readonly Category[] }[], csv: boolean): string {
  const quoted = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const lines = csv
    ? ['file,rank,index,label,score']
    : results.map(
        ({ file, categories }) =>
          `${file}: ${categories.map(({ label, score }) => `${label} ${(score * 100).toFixed(1)}%`).join(', ')}`,
      );
  for (const { file, categories } of csv ? results : []) {
    for (const [rank, { index, label, score }] of categories.entries()) {
      lines.push([quoted(file), rank + 1, index, quoted(label), score].join(','));
    }
  }
  return lines.length > 0 ? `${lines.join('\n')}\n` : '';
}

function toTop(text: string): number {
  const top = Number(text);
  if (Number.isInteger(top) && top > 0) return top;
  throw new InvalidArgumentError('It must be a whole number from 1.');
}
