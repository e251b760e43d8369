import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { Command } from 'commander';
import { version } from '../../package.json';
import { labelsOf } from '../engine/categories.ts';
import type { BackendName } from '../engine/runner.ts';
import { HwgqError } from '../errors.ts';
import { readBytes } from '../node/read-file.ts';
import { openDataSet } from '../tools/data/open-data-set.ts';
import { type Shard, shardRange, sliceOf } from '../tools/data/shard.ts';
import { type Classify, EvaluationRun } from '../tools/evaluation/evaluation-run.ts';
import { toPart } from '../tools/evaluation/part.ts';
import { reportText, toReport } from '../tools/evaluation/report.ts';
import { toCount } from '../tools/number-arguments.ts';
import { backendOption, shardOption, threadsOption } from './arguments.ts';
import { type BulkClassifier, createBulkClassifier } from './bulk-classifier.ts';
import { writeConfusion } from './confusion-file.ts';
import { dataSetFiles } from './data-set-files.ts';
import { dataSetHash } from './data-set-hash.ts';
import { print, printMessage } from './messages.ts';
import { progressBar } from './progress.ts';
import { expectNewFiles, writeJson } from './write-file.ts';

interface EvaluateOptions {
  readonly data: string;
  readonly split?: string;
  readonly limit?: number;
  readonly shard?: Shard;
  readonly batch: number;
  readonly threads?: number;
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
    .addOption(shardOption('evaluate only shard i of n, starting at 1, and write a part for hwgq merge to --json'))
    .addOption(threadsOption())
    .option('--batch <n>', 'pictures per run on WebGPU; does not change the results', toCount, 32)
    .option('--json <file>', 'write all results as JSON, including the confusion matrix')
    .option('--matrix <file>', 'write the confusion matrix as a PNG to this file (default: MODEL-confusion.png)')
    .addOption(backendOption())
    .action(evaluate);
}

async function evaluate(path: string, options: EvaluateOptions): Promise<void> {
  requireJsonOfShard(options);
  // The shards of a job often share a folder, in which they would overwrite one file.
  const matrix = options.matrix ?? (options.shard ? undefined : `${basename(path, '.hwgq')}-confusion.png`);
  await expectNewFiles([options.json, matrix], [path, options.data]);
  const stop = new AbortController();
  // Only once: a second Ctrl-C terminates the program.
  process.once('SIGINT', () => stop.abort());
  const dataSet = await openDataSet(await dataSetFiles(options.data), options.split);
  const { backend, batch, shard, threads } = options;
  const total = Math.min(options.limit ?? dataSet.length, dataSet.length);
  const range = shardRange(shard ?? { index: 1, count: 1 }, total);
  const pictures = range.end - range.start;
  // No categories, only scores: a label cannot be in an empty list.
  const classification = { scores: true, maxResults: 1 };
  const classifier = await createBulkClassifier(path, { backend, threads, pictures, classification });
  try {
    const labels = labelsOf(classifier.info.labels, classifier.info.classes);
    const run = new EvaluationRun(sliceOf(dataSet, range), scoresBy(classifier), {
      labels,
      ...batchesOf(classifier, batch),
    });
    const bar = progressBar(run.total, 'pictures');
    const start = performance.now();
    try {
      await run.run(({ done }) => bar.update(done), stop.signal);
    } finally {
      bar.clear();
    }
    const seconds = (performance.now() - start) / 1000;
    const { evaluation, unreadable } = run;
    for (const { reason } of unreadable) printMessage(reason);
    // The part of a shard records such pictures, and merge reports them: a job must not fail and be repeated for them.
    if (unreadable.length > 0 && !shard) process.exitCode = 1;
    if (!run.isComplete) process.exitCode = INTERRUPTED;
    const report = toReport(evaluation, labels);
    const { name } = classifier.info.backend;
    if (shard) print(`shard ${shard.index}/${shard.count}\n`);
    if (!run.isComplete) print(`stopped after ${run.done} of ${run.total} pictures\n`);
    print(`${reportText(report)}${(run.done / seconds).toFixed(1)} pictures/s on ${name}\n`);
    if (matrix !== undefined) await writeConfusion(matrix, evaluation);
    if (options.json === undefined) return;
    if (!shard) {
      await writeJson(options.json, {
        model: path,
        data: options.data,
        backend: name,
        batch,
        seconds,
        unreadable,
        ...report,
      });
    } else if (run.isComplete) {
      const part = toPart({
        version,
        shard,
        model: {
          path,
          sha256: createHash('sha256')
            .update(await readBytes(path))
            .digest('hex'),
          labels,
        },
        dataSet: {
          path: options.data,
          format: dataSet.format,
          pictures: total,
          sha256: dataSetHash(dataSet, total),
        },
        backend: name,
        seconds,
        unreadable: unreadable.map((picture) => ({ ...picture, index: range.start + picture.index })),
        counts: evaluation.counts(),
      });
      await writeJson(options.json, part);
    } else {
      printMessage(`The shard is incomplete, so '${options.json}' was not written.`);
    }
  } finally {
    await classifier.close();
  }
}

function requireJsonOfShard({ shard, json }: EvaluateOptions): void {
  if (!shard || json !== undefined) return;
  throw new HwgqError(
    'invalid-option',
    `--shard ${shard.index}/${shard.count} is given without --json. Pass --json FILE, the file for 'hwgq merge'.`,
  );
}

function scoresBy(classifier: BulkClassifier): Classify {
  return async (pictures) => {
    const results = await classifier.classify(pictures);
    return results.map(({ scores = new Float32Array() }) => scores);
  };
}

/** Returns the batches of an evaluation. Only a GPU runs several pictures at once. */
function batchesOf({ info, picturesInFlight }: BulkClassifier, batch: number) {
  if (info.backend.name !== 'webgpu') return { batch: 1, batchesInFlight: picturesInFlight };
  return { batch, batchesInFlight: 1 + Math.ceil(picturesInFlight / batch) };
}
