import { Command, CommanderError } from 'commander';
import { version } from '../../package.json';
import { addBench } from './bench.ts';
import { addClassify } from './classify.ts';
import { addConvert } from './convert.ts';
import { addEvaluate } from './evaluate.ts';
import { addExport } from './export.ts';
import { addInspect } from './inspect.ts';
import { addMerge } from './merge.ts';
import { exitCodeOf, printMessage, printUsageError } from './messages.ts';
import { addNetwork } from './network.ts';
import { addRun } from './run.ts';

/** Runs the command. Exit codes: 0 success, 1 failure, 2 usage error, 130 interrupted by Ctrl-C. */
async function main(): Promise<void> {
  const program = new Command('hwgq')
    .description('Prepare and run HWGQ-Nets: neural networks with 1-bit weights and 2-bit activations.')
    .version(version)
    .addHelpText('after', '\nExit codes: 0 success, 1 failure, 2 usage error, 130 interrupted by Ctrl-C.')
    .configureOutput({ outputError: () => {} })
    .exitOverride();
  addConvert(program);
  addInspect(program);
  addClassify(program);
  addRun(program);
  addNetwork(program);
  addEvaluate(program);
  addMerge(program);
  addExport(program);
  addBench(program);
  // A reader such as `head` may close the pipe early, which is not a failure.
  process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => process.exit(code === 'EPIPE' ? 0 : 1));
  try {
    await program.parseAsync();
  } catch (error) {
    process.exitCode = exitCodeOf(error);
    if (!(error instanceof CommanderError)) printMessage(error);
    else if (error.exitCode !== 0 && error.code !== 'commander.help') {
      const subcommand = program.commands.find((command) => command.name() === process.argv[2]);
      printUsageError(error, subcommand ? `hwgq ${subcommand.name()}` : 'hwgq');
    }
  }
}

await main();
