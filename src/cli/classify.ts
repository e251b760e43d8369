import { type Command, Option } from 'commander';
import type { Category } from '../engine/classification.ts';
import type { BackendName } from '../engine/runner.ts';
import { HwgqError } from '../errors.ts';
import { createClassifier } from '../node/create-classifier.ts';
import { toCount } from '../tools/number-arguments.ts';
import { backendOption } from './arguments.ts';
import { tell } from './messages.ts';
import { listPictures } from './pictures.ts';
import { progressBar } from './progress.ts';

interface ClassifyOptions {
  readonly top: number;
  readonly json?: boolean;
  readonly csv?: boolean;
  readonly backend: BackendName | 'auto';
}

/** What a picture was named. */
interface NamedPicture {
  readonly file: string;
  readonly categories: readonly Category[];
}

/** Errors after which no further picture can be named. */
const FATAL_CODES = ['device-lost', 'out-of-memory', 'disposed'];

/** `hwgq classify`: names pictures. A picture that cannot be read is reported, and the others go on. */
export function addClassify(program: Command): void {
  program
    .command('classify')
    .description('Name pictures (PNG, JPEG, WebP; folders too).')
    .argument('<model>', 'a .hwgq file')
    .argument('<images...>', 'pictures, or folders of them')
    .option('--top <k>', 'how many categories for each picture', toCount, 5)
    .addOption(new Option('--json', 'as JSON').conflicts('csv'))
    .option('--csv', 'as CSV')
    .addOption(backendOption())
    .action(classify);
}

async function classify(path: string, images: string[], options: ClassifyOptions): Promise<void> {
  const { backend, top: maxResults } = options;
  const classifier = await createClassifier({ model: path, backend, maxResults });
  const files = await listPictures(images, fail);
  const bar = progressBar(files.length, 'pictures');
  const named: NamedPicture[] = [];
  if (options.csv) process.stdout.write('file,rank,index,label,score\n');
  try {
    for (const [index, file] of files.entries()) {
      try {
        const { categories } = await classifier.classify(file);
        const picture = { file, categories };
        bar.clear();
        if (options.json) named.push(picture);
        else process.stdout.write(options.csv ? asCsv(picture) : asText(picture));
      } catch (error) {
        bar.clear();
        if (error instanceof HwgqError && FATAL_CODES.includes(error.code)) throw error;
        fail(error);
      }
      bar.update(index + 1);
    }
  } finally {
    bar.clear();
    classifier.dispose();
    if (options.json) process.stdout.write(`${JSON.stringify(named, null, 2)}\n`);
  }
}

function fail(error: unknown): void {
  process.exitCode = 1;
  tell(error);
}

function asText({ file, categories }: NamedPicture): string {
  return `${file}: ${categories.map(({ label, score }) => `${label} ${(score * 100).toFixed(1)}%`).join(', ')}\n`;
}

/** Lines as RFC 4180 has them, but for the ends of lines. */
function asCsv({ file, categories }: NamedPicture): string {
  const quoted = (text: string) => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return categories
    .map(({ index, label, score }, rank) => `${[quoted(file), rank + 1, index, quoted(label), score].join(',')}\n`)
    .join('');
}
