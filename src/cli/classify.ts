import { type Command, Option } from 'commander';
import type { Category } from '../engine/classification.ts';
import type { BackendName } from '../engine/runner.ts';
import { HwgqError } from '../errors.ts';
import { readBytes } from '../node/read-file.ts';
import { type Shard, shardRange } from '../tools/data/shard.ts';
import { toCount } from '../tools/number-arguments.ts';
import { backendOption, shardOption, threadsOption } from './arguments.ts';
import { type BulkClassifier, createBulkClassifier } from './bulk-classifier.ts';
import { inOrder } from './in-order.ts';
import { asName, print, printData, printMessage } from './messages.ts';
import { listPictures } from './pictures.ts';
import { progressBar } from './progress.ts';

interface ClassifyOptions {
  readonly top: number;
  readonly json?: boolean;
  readonly csv?: boolean;
  readonly shard?: Shard;
  readonly threads?: number;
  readonly backend: BackendName | 'auto';
}

/** A picture and its categories, best first. */
interface ClassifiedPicture {
  readonly file: string;
  readonly categories: readonly Category[];
}

/** Codes of errors that concern the classifier, not a single picture. */
const FATAL_CODES = ['device-lost', 'out-of-memory', 'disposed', 'worker'];

/** The shard that contains all pictures. */
const WHOLE: Shard = { index: 1, count: 1 };

/** Adds `hwgq classify`. It reports a picture that cannot be read and classifies the others. */
export function addClassify(program: Command): void {
  program
    .command('classify')
    .description('Classify pictures (PNG, JPEG or WebP).')
    .argument('<model>', 'a .hwgq file')
    .argument('<pictures...>', 'pictures, or folders that contain pictures')
    .option('--top <k>', 'number of categories to print for each picture', toCount, 5)
    .addOption(new Option('--json', 'print JSON').conflicts('csv'))
    .option('--csv', 'print CSV')
    .addOption(shardOption('classify only shard i of n, starting at 1; the outputs in order are the whole output'))
    .addOption(threadsOption())
    .addOption(backendOption())
    .action(classify);
}

async function classify(path: string, pictures: string[], options: ClassifyOptions): Promise<void> {
  const { backend, threads, top: maxResults, shard = WHOLE } = options;
  const listed = await listPictures(pictures, reportFailure);
  const { start, end } = shardRange(shard, listed.length);
  const files = listed.slice(start, end);
  const bulk = { backend, threads, pictures: files.length, classification: { maxResults } };
  const classifier = await createBulkClassifier(path, bulk);
  const bar = progressBar(files.length, 'pictures');
  const classified: ClassifiedPicture[] = [];
  if (options.csv && shard.index === 1) printData('file,rank,index,label,score\n');
  try {
    let done = 0;
    for await (const result of inOrder(files, classifier.picturesInFlight, (file) => classifyFile(classifier, file))) {
      bar.clear();
      if ('error' in result) reportPicture(result.error);
      else if (options.json) classified.push(result);
      else if (options.csv) printData(asCsv(result));
      else print(asText(result));
      bar.update(++done);
    }
  } finally {
    bar.clear();
    await classifier.close();
    if (options.json) printData(`${JSON.stringify(classified, null, 2)}\n`);
  }
}

/** Classifies a file. Errors are returned, so that they are reported in the order of the files. */
async function classifyFile(
  classifier: BulkClassifier,
  file: string,
): Promise<ClassifiedPicture | { readonly error: unknown }> {
  try {
    const [result] = await classifier.classify([{ name: file, bytes: await readBytes(file) }]);
    return { file, categories: result?.categories ?? [] };
  } catch (error) {
    return { error };
  }
}

/** Reports a picture that cannot be classified. @throws the error, if it concerns the classifier. */
function reportPicture(error: unknown): void {
  if (!(error instanceof HwgqError) || FATAL_CODES.includes(error.code)) throw error;
  reportFailure(error);
}

function reportFailure(error: unknown): void {
  process.exitCode = 1;
  printMessage(error);
}

function asText({ file, categories }: ClassifiedPicture): string {
  return `${asName(file)}: ${categories.map(({ label, score }) => `${asName(label)} ${(score * 100).toFixed(1)}%`).join(', ')}\n`;
}

/** Returns CSV lines as in RFC 4180, but with LF line ends. */
function asCsv({ file, categories }: ClassifiedPicture): string {
  const quoted = (text: string) => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return categories
    .map(({ index, label, score }, rank) => `${[quoted(file), rank + 1, index, quoted(label), score].join(',')}\n`)
    .join('');
}
