import { createHash } from 'node:crypto';
import { afterEach, expect, it, vi } from 'vitest';
import { BufferedSha256 } from '../../src/model/buffered-hash.ts';

afterEach(() => vi.unstubAllGlobals());

/** More than is held for `crypto.subtle`. */
const LARGE = 2 ** 24 + 1000;

it.each([
  ['with crypto.subtle', true, 100_000],
  ['without crypto.subtle', false, 100_000],
  ['of no bytes', true, 0],
  ['of a large file', true, LARGE],
])('computes the hash of bytes that arrive in pieces, %s', async (_, hasSubtle, length) => {
  if (!hasSubtle) vi.stubGlobal('crypto', {});
  const bytes = Uint8Array.from({ length }, (_, index) => (index * 31) % 251);
  const hash = new BufferedSha256();
  const piece = Math.ceil(length / 7) + 1;
  for (let start = 0; start < length; start += piece) hash.update(bytes.subarray(start, start + piece));
  await hash.finish();
  expect(Buffer.from(hash.digest()).toString('hex')).toBe(createHash('sha256').update(bytes).digest('hex'));
});
