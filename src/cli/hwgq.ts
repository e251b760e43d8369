import { Command, CommanderError } from 'commander';
import { version } from '../../package.json';
import { addBench } from './bench.ts';
import { addClassify } from './classify.ts';
import { addConvert } from './convert.ts';
import { addEvaluate } from './evaluate.ts';
import { addExport } from './export.ts';
import { addInspect } from './inspect.ts';
import { exitCodeOf, tell, tellUsage } from './messages.ts';
import { addNetwork } from './network.ts';
import { addRun } from './run.ts';

/** Exit codes: 0 success, 1 something failed, 2 the command line was wrong, 130 stopped by Ctrl-C. */
async function main(): Promise<void> {
  const program = new Command('hwgq')
    .description('Prepares and runs HWGQ-Nets: networks of 1-bit weights and 2-bit activations.')
    .version(version)
    .addHelpText(
      'after',
      '\nExit codes: 0 success, 1 something failed, 2 the command line is wrong, 130 stopped by Ctrl-C.',
    )
    .configureOutput({ outputError: () => {} })
    .exitOverride();
  addConvert(program);
  addInspect(program);
  addClassify(program);
  addRun(program);
  addNetwork(program);
  addEvaluate(program);
  addExport(program);
  addBench(program);
  // A reader that has seen enough, such as `head`, is no failure.
  process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => process.exit(code === 'EPIPE' ? 0 : 1));
  try {
    await program.parseAsync();
  } catch (error) {
    process.exitCode = exitCodeOf(error);
    if (!(error instanceof CommanderError)) tell(error);
    else if (error.exitCode !== 0 && error.code !== 'commander.help') {
      const part = program.commands.find((command) => command.name() === process.argv[2]);
      tellUsage(error, part ? `hwgq ${part.name()}` : 'hwgq');
    }
  }
}

await main();
