import { Command, CommanderError } from 'commander';
import { HwgqError } from '../errors.ts';
import { addClassify } from './classify.ts';
import { addConvert } from './convert.ts';
import { addInspect } from './inspect.ts';
import { addRun } from './run.ts';

/** Exit codes: 0 success, 1 something failed, 2 the command line was wrong. */
async function main(): Promise<void> {
  const program = new Command('hwgq')
    .description('Prepares and runs HWGQ-Nets: networks of 1-bit weights and 2-bit activations.')
    .version('0.1.0')
    .showHelpAfterError('(add --help for the options)')
    .exitOverride();
  addConvert(program);
  addInspect(program);
  addClassify(program);
  addRun(program);
  try {
    await program.parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
    else {
      process.exitCode = error instanceof HwgqError && error.code === 'invalid-option' ? 2 : 1;
      process.stderr.write(`hwgq: ${error instanceof Error ? error.message : String(error)}\n`);
    }
  }
}

await main();
