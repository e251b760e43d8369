import { type Command, Option } from 'commander';
import { withFileName } from '../errors.ts';
import { scoresBlob } from '../graph/scores.ts';
import { readModel } from '../node/read-model.ts';
import { toCount } from '../tools/number-arguments.ts';
import { type ExportForm, exportOnnx } from '../tools/onnx/export.ts';
import { blobsOption } from './arguments.ts';
import { print } from './messages.ts';
import { expectNewFiles, writeAtomically } from './write-file.ts';

interface ExportCommandOptions {
  readonly onnx: string;
  readonly floatTwin?: boolean;
  readonly int8?: boolean;
  readonly blobs?: readonly string[];
  readonly batch: number;
}

const FORMS: Readonly<Record<ExportForm, string>> = {
  exact: 'the network itself',
  'float-twin': 'its float32 twin',
  'int8-twin': 'its int8 twin',
};

/** Adds `hwgq export`, which writes a model for other runtimes. */
export function addExport(program: Command): void {
  program
    .command('export')
    .description('Export a model to ONNX: the network itself, or a float32 or int8 network of the same architecture.')
    .argument('<model>', 'a .hwgq file')
    .requiredOption('--onnx <file>', 'ONNX file to write')
    .option('--float-twin', 'export a float32 ReLU network of the same architecture, for speed comparisons')
    .addOption(new Option('--int8', 'export that float32 network quantized to 8 bits (QDQ)').conflicts('floatTwin'))
    .addOption(blobsOption())
    .option('--batch <n>', 'batch size of the exported network', toCount, 1)
    .action(exportModel);
}

async function exportModel(path: string, options: ExportCommandOptions): Promise<void> {
  await expectNewFiles([options.onnx], [path]);
  const { model } = await readModel(path);
  const { graph } = model;
  const form = options.int8 ? 'int8-twin' : options.floatTwin ? 'float-twin' : 'exact';
  const { batch, blobs = [scoresBlob(graph)] } = options;
  const bytes = withFileName(path, () => exportOnnx(model, { form, blobs, batch }));
  await writeAtomically(options.onnx, (file) => file.writeFile(bytes));
  const input = `${graph.input.name} ${[batch, ...graph.input.shape].join('×')}`;
  print(
    `${options.onnx}: ${graph.name}, ${FORMS[form]}, from ${input} to ${blobs.join(', ')}, ${bytes.length} bytes\n`,
  );
}
