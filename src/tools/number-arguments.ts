import { InvalidArgumentError } from 'commander';

/** Parses a positive integer. @throws InvalidArgumentError if the text is anything else. */
export function toCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count > 0) return count;
  throw new InvalidArgumentError('Pass an integer of at least 1.');
}

/** Parses a finite number. @throws InvalidArgumentError if the text is anything else. */
export function toNumber(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('Pass a number.');
}
