import { Argument, type Command } from 'commander';
import { costOf } from '../graph/cost.ts';
import { encodeModel } from '../model/encode.ts';
import { writeNetwork, writeTrainingNetwork } from '../tools/caffe/write-network.ts';
import { knownNetwork, NETWORK_NAMES } from '../tools/networks/networks.ts';
import { seededModel } from '../tools/networks/seeded-model.ts';
import { toCount } from '../tools/number-arguments.ts';
import { print } from './messages.ts';
import { expectNewFiles, writeAtomically } from './write-file.ts';

interface NetworkOptions {
  readonly train?: boolean;
  readonly out?: string;
  readonly model?: string;
  readonly seed: number;
}

/** Adds `hwgq network`, which writes a known network as prototxt or as a model with random weights. */
export function addNetwork(program: Command): void {
  program
    .command('network')
    .description('Print a network from the paper as prototxt, or write it as a model with random weights.')
    .addArgument(new Argument('<name>', 'name of the network').choices(NETWORK_NAMES))
    .option('--train', 'write the training network (train_val.prototxt) instead of the deploy network')
    .option('--out <file>', 'write the prototxt to a file (default: print it, unless --model is given)')
    .option('--model <file>', 'write a .hwgq model with random weights, for benchmarks')
    .option('--seed <number>', 'seed of the random weights', toCount, 1)
    .action(network);
}

async function network(name: string, { train, out, model, seed }: NetworkOptions): Promise<void> {
  await expectNewFiles([out, model]);
  const { describe, recipe } = knownNetwork(name);
  const prototxt = train ? writeTrainingNetwork(describe(), recipe) : writeNetwork(describe());
  if (out !== undefined) await writeAtomically(out, (file) => file.writeFile(prototxt));
  else if (model === undefined) print(prototxt);
  if (model !== undefined) await writeSeededModel(name, seed, model);
}

async function writeSeededModel(name: string, seed: number, path: string): Promise<void> {
  const model = seededModel(name, seed);
  const bytes = encodeModel(model);
  await writeAtomically(path, (file) => file.writeFile(bytes));
  const { graph } = model;
  const { parameters, binaryParameters, multiplyAdds } = costOf(graph);
  const share = ((100 * binaryParameters) / parameters).toFixed(1);
  print(
    `${path}: ${graph.name}, input ${graph.input.shape.join('×')}, ${parameters} parameters (${share}% binary), ` +
      `${multiplyAdds} multiply-adds, ${bytes.length} bytes\n`,
  );
}
