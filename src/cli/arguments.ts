import { InvalidArgumentError, Option } from 'commander';

/** @throws InvalidArgumentError where the text is no whole number from 1. */
export function toCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count > 0) return count;
  throw new InvalidArgumentError('A whole number from 1 is accepted.');
}

/** @throws InvalidArgumentError where the text is no finite number. */
export function toNumber(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('A number is accepted.');
}

export function backendOption(): Option {
  return new Option('--backend <name>', 'what computes')
    .choices(['auto', 'wasm', 'webgpu', 'reference'])
    .default('auto');
}
