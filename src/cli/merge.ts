import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { version } from '../../package.json';
import { refuseFile } from '../node/read-file.ts';
import { mergeParts, type NamedPart } from '../tools/evaluation/merge.ts';
import { parsePart } from '../tools/evaluation/part.ts';
import { reportText, toReport } from '../tools/evaluation/report.ts';
import { writeConfusion } from './confusion-file.ts';
import { print, printMessage } from './messages.ts';
import { expectNewFiles, writeJson } from './write-file.ts';

interface MergeOptions {
  readonly json?: string;
  readonly matrix?: string;
}

/** Adds `hwgq merge`, which merges the parts that `hwgq evaluate --shard` wrote. */
export function addMerge(program: Command): void {
  program
    .command('merge')
    .description('Merge the parts of an evaluation. The results equal those of a single run over the whole data set.')
    .argument('<parts...>', 'files written by hwgq evaluate --shard I/N --json FILE, one per shard, in any order')
    .option('--json <file>', 'write all results as JSON, including the confusion matrix')
    .option('--matrix <file>', 'write the confusion matrix as a PNG')
    .action(merge);
}

async function merge([first = '', ...others]: string[], options: MergeOptions): Promise<void> {
  await expectNewFiles([options.json, options.matrix], [first, ...others]);
  const parts: [NamedPart, ...NamedPart[]] = [await readPart(first)];
  for (const file of others) parts.push(await readPart(file));
  const { evaluation, unreadable, seconds } = mergeParts(parts);
  const { model, dataSet, backend, shard } = parts[0].part;
  for (const { reason } of unreadable) printMessage(reason);
  if (unreadable.length > 0) process.exitCode = 1;
  const report = toReport(evaluation, model.labels);
  print(reportText(report));
  if (options.matrix !== undefined) await writeConfusion(options.matrix, evaluation);
  if (options.json === undefined) return;
  const details = { model: model.path, data: dataSet.path, backend, shards: shard.count, seconds, unreadable };
  await writeJson(options.json, { ...details, ...report });
}

async function readPart(file: string): Promise<NamedPart> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => refuseFile(file, 'read', error));
  return { file, part: parsePart(text, file, version) };
}
