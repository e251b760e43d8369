import { type Command, Option } from 'commander';
import { withFileName } from '../errors.ts';
import { logitsBlob } from '../graph/blobs.ts';
import { readModel } from '../node/read-model.ts';
import { toCount } from '../tools/number-arguments.ts';
import { type ExportForm, exportOnnx } from '../tools/onnx/export.ts';
import { writeWhole } from './files.ts';

interface ExportCommandOptions {
  readonly onnx: string;
  readonly floatTwin?: boolean;
  readonly int8?: boolean;
  readonly tap?: string;
  readonly batch: number;
}

const FORMS: Readonly<Record<ExportForm, string>> = {
  exact: 'the network itself',
  'float-twin': 'its float32 twin',
  'int8-twin': 'its int8 twin',
};

/** `hwgq export`: a model for other runtimes. */
export function addExport(program: Command): void {
  program
    .command('export')
    .description('Write a model as ONNX: the network itself, or an ordinary one of the same architecture.')
    .argument('<model>', 'a .hwgq file')
    .requiredOption('--onnx <file>', 'the ONNX file to write')
    .option('--float-twin', 'the same architecture as an ordinary float32 ReLU network, to compare speed with')
    .addOption(new Option('--int8', 'that float32 network quantized to 8 bits (QDQ)').conflicts('floatTwin'))
    .option('--tap <blobs>', 'Caffe blobs as outputs, separated by commas (default: the last before Softmax)')
    .option('--batch <n>', 'images of one run', toCount, 1)
    .action(exportModel);
}

async function exportModel(path: string, options: ExportCommandOptions): Promise<void> {
  const { model } = await readModel(path);
  const { graph } = model;
  const form = options.int8 ? 'int8-twin' : options.floatTwin ? 'float-twin' : 'exact';
  const blobs = options.tap?.split(',').map((blob) => blob.trim()) ?? [logitsBlob(graph)];
  const bytes = withFileName(path, () => exportOnnx(model, { form, blobs, batch: options.batch }));
  await writeWhole(options.onnx, (file) => file.writeFile(bytes));
  const input = `${graph.input.name} ${[options.batch, ...graph.input.shape].join('×')}`;
  process.stdout.write(
    `${options.onnx}: ${graph.name}, ${FORMS[form]}, from ${input} to ${blobs.join(', ')}, ${bytes.length} bytes\n`,
  );
}
