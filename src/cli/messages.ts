import { CommanderError } from 'commander';
import { HwgqError, messageOf } from '../errors.ts';

/** Prints an error or a note on standard error, as one line. */
export function printMessage(errorOrText: unknown): void {
  const text = messageOf(errorOrText);
  process.stderr.write(`hwgq: ${text.replaceAll(/\s*\n\s*/g, ' ')}\n`);
}

/** Prints a usage error and the command that shows the correct usage. */
export function printUsageError(error: CommanderError, command: string): void {
  const text = error.message.replace(/^error: /, '').replace(/[^.)?]$/, '$&.');
  printMessage(`${text} Run '${command} --help' for usage.`);
}

/** Returns 0 if help was requested, 2 for a usage error or an option that does not fit the model, otherwise 1. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  return error instanceof HwgqError && error.code === 'invalid-option' ? 2 : 1;
}
