import { HwgqError } from '../errors.ts';
import type { SessionOptions } from './runner.ts';

/** The options with a fixed set of values. */
const ACCEPTED = {
  backend: ['auto', 'webgpu', 'wasm', 'reference'],
  simd: ['plain', 'relaxed'],
  powerPreference: ['low-power', 'high-performance'],
} satisfies { [Key in keyof SessionOptions]: readonly SessionOptions[Key][] };

/** @throws HwgqError `invalid-option` for a value that is not accepted. */
export function checkSessionOptions(options: SessionOptions): void {
  for (const [name, accepted] of Object.entries(ACCEPTED)) {
    const value = options[name as keyof typeof ACCEPTED];
    if (value === undefined || accepted.some((word) => word === value)) continue;
    throw new HwgqError(
      'invalid-option',
      `\`${name}\` is '${value}'; accepted are ${accepted.join(', ')}. Leave it out for the default.`,
    );
  }
}
