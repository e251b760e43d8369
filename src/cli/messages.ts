import { CommanderError } from 'commander';
import { HwgqError, messageOf } from '../errors.ts';

/**
 * Control characters other than line feeds, and the characters that reverse text. Names and labels may come from
 * anywhere, and a terminal would obey them.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to escape.
const TERMINAL_CONTROLS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Prints text for people on standard output. Control characters are escaped. */
export function print(text: string): void {
  process.stdout.write(escapeControls(text));
}

/** Prints data for programs on standard output, as it is. Control characters are escaped only on a terminal. */
export function printData(text: string): void {
  process.stdout.write(process.stdout.isTTY ? escapeControls(text) : text);
}

/** Prints an error or a note on standard error, as one line. */
export function printMessage(errorOrText: unknown): void {
  process.stderr.write(`${escapeControls(`hwgq: ${messageOf(errorOrText).replaceAll(/\s*\n\s*/g, ' ')}`)}\n`);
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

/** Returns a name or label for a line of text: line feeds in it are escaped too. */
export function asName(text: string): string {
  return text.replaceAll('\n', '\\n');
}

function escapeControls(text: string): string {
  return text.replaceAll(TERMINAL_CONTROLS, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`;
  });
}
