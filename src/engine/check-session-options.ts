import { HwgqError } from '../errors.ts';
import type { SessionOptions } from './runner.ts';

/** Options that take one of a few words. */
const ACCEPTED = {
  backend: ['auto', 'webgpu', 'wasm', 'reference'],
  simd: ['plain', 'relaxed'],
  powerPreference: ['low-power', 'high-performance'],
} satisfies { [Key in keyof SessionOptions]: readonly SessionOptions[Key][] };

/** @throws HwgqError `invalid-option` for a word that is not accepted. */
export function checkSessionOptions(options: SessionOptions): void {
  for (const [name, accepted] of Object.entries(ACCEPTED)) {
    const value = options[name as keyof typeof ACCEPTED];
    if (value === undefined || accepted.some((word) => word === value)) continue;
    throw new HwgqError(
      'invalid-option',
      `${name} is '${value}'; ${accepted.join(', ')} are accepted. Leave it out for the best.`,
    );
  }
}
