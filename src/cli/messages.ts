import { CommanderError } from 'commander';
import { HwgqError, messageOf } from '../errors.ts';

/** Writes one line for people to standard error: what went wrong, or what they should know. */
export function tell(what: unknown): void {
  const text = messageOf(what);
  process.stderr.write(`hwgq: ${text.replaceAll(/\s*\n\s*/g, ' ')}\n`);
}

/** Tells what is wrong with a command line, and where to look up what is right. */
export function tellUsage(error: CommanderError, command: string): void {
  const text = error.message.replace(/^error: /, '').replace(/[^.)?]$/, '$&.');
  tell(`${text} See ${command} --help.`);
}

/** 2 where the command line was wrong, by itself or for the model it names; else 1. Asking for help is no error. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  return error instanceof HwgqError && error.code === 'invalid-option' ? 2 : 1;
}
