import { basename } from 'node:path';
import type { Command } from 'commander';
import { PNG } from 'pngjs';
import { labelsOf } from '../engine/categories.ts';
import { PictureClassifier } from '../engine/picture-classifier.ts';
import type { BackendName } from '../engine/runner.ts';
import type { Picture } from '../image/picture.ts';
import { decodePicture } from '../node/decode-picture.ts';
import { readModel } from '../node/read-model.ts';
import { nodeGpu } from '../node/webgpu.ts';
import { isEncoded, type StoredPicture } from '../tools/data/data-set.ts';
import { openDataSet } from '../tools/data/open-data-set.ts';
import { confusionPicture } from '../tools/evaluation/confusion-picture.ts';
import { type Classify, EvaluationRun } from '../tools/evaluation/evaluation-run.ts';
import { reportText, toReport } from '../tools/evaluation/report.ts';
import { toCount } from '../tools/number-arguments.ts';
import { backendOption } from './arguments.ts';
import { dataSetFiles } from './data-set-files.ts';
import { printMessage } from './messages.ts';
import { progressBar } from './progress.ts';
import { writeAtomically } from './write-file.ts';

interface EvaluateOptions {
  readonly data: string;
  readonly split?: string;
  readonly limit?: number;
  readonly batch: number;
  readonly json?: string;
  readonly matrix?: string;
  readonly backend: BackendName | 'auto';
}

/** The conventional exit code after Ctrl-C: 128 plus the number of SIGINT. */
const INTERRUPTED = 130;

/** Adds `hwgq evaluate`, which measures a model's accuracy on a labelled data set. */
export function addEvaluate(program: Command): void {
  program
    .command('evaluate')
    .description('Measure the accuracy of a model on a labelled data set. Ctrl-C stops and prints the results so far.')
    .argument('<model>', 'a .hwgq file')
    .requiredOption(
      '--data <path>',
      'data set: a folder of class folders, MNIST’s idx files, a Caffe list (val.txt) or a pack',
    )
    .option('--split <name>', 'part of the data set (default: the test split)')
    .option('--limit <n>', 'evaluate only the first n pictures', toCount)
    .option('--batch <n>', 'pictures per run; does not change the results', toCount, 32)
    .option('--json <file>', 'write all results as JSON, including the confusion matrix')
    .option('--matrix <file>', 'write the confusion matrix as a PNG to this file (default: MODEL-confusion.png)')
    .addOption(backendOption())
    .action(evaluate);
}

async function evaluate(path: string, options: EvaluateOptions): Promise<void> {
  const stop = new AbortController();
  // Only once: a second Ctrl-C terminates the program.
  process.once('SIGINT', () => stop.abort());
  const { model, bytes } = await readModel(path);
  const dataSet = await openDataSet(await dataSetFiles(options.data), options.split);
  const { backend } = options;
  const gpu = backend === 'webgpu' ? await nodeGpu() : undefined;
  const classifier = await PictureClassifier.create(model, bytes, { backend, gpu });
  try {
    const labels = labelsOf(model.labels, classifier.info.classes);
    const { batch, limit } = options;
    const settings = { labels, batch, ...(limit === undefined ? {} : { limit }) };
    const run = new EvaluationRun(dataSet, scoresBy(classifier), settings);
    const bar = progressBar(run.total, 'pictures');
    const start = performance.now();
    try {
      await run.run(({ done }) => bar.update(done), stop.signal);
    } finally {
      bar.clear();
    }
    const seconds = (performance.now() - start) / 1000;
    for (const { reason } of run.unreadable) printMessage(reason);
    if (run.unreadable.length > 0) process.exitCode = 1;
    if (!run.isComplete) process.exitCode = INTERRUPTED;
    const report = toReport(run.evaluation, labels);
    const { name } = classifier.info.backend;
    const state = run.isComplete ? '' : `stopped after ${run.done} of ${run.total} pictures\n`;
    process.stdout.write(`${state}${reportText(report)}`);
    const speed = `${(run.done / seconds).toFixed(1)} pictures/s on ${name}`;
    const matrix = options.matrix ?? `${basename(path, '.hwgq')}-confusion.png`;
    await writeAtomically(matrix, (file) => file.writeFile(asPng(run)));
    process.stdout.write(`${speed}\nconfusion matrix: ${matrix} (rows: actual class, columns: predicted class)\n`);
    if (options.json === undefined) return;
    const details = { model: path, data: options.data, backend: name, batch, seconds, unreadable: run.unreadable };
    await writeAtomically(options.json, (file) => file.writeFile(`${JSON.stringify({ ...details, ...report })}\n`));
  } finally {
    classifier.dispose();
  }
}

function scoresBy(classifier: PictureClassifier): Classify {
  return async (pictures) => {
    const results = await classifier.classify(await Promise.all(pictures.map(decoded)), { scores: true });
    return results.map(({ scores = new Float32Array() }) => scores);
  };
}

async function decoded(picture: StoredPicture): Promise<Picture> {
  return isEncoded(picture) ? decodePicture(picture.bytes, picture.name) : picture;
}

function asPng({ evaluation }: EvaluationRun): Buffer {
  const { width, height, data } = confusionPicture(evaluation);
  const png = new PNG({ width, height });
  png.data.set(data);
  return PNG.sync.write(png);
}
