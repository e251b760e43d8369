import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import fc from 'fast-check';
import { PNG } from 'pngjs';
import { expect, it } from 'vitest';
import { HwgqError } from '../../src/errors.ts';
import { decodePicture } from '../../src/node/decode-picture.ts';
import { encodePng } from '../../src/node/pictures/encode-png.ts';
import { encodeJpeg } from '../support/jpeg-encoder.ts';
import { pictureCorpus } from '../support/picture-corpus.ts';
import { png } from '../support/png.ts';

const COLOURS = [1, 2, 3].map((id) => ({ id, columns: 1, rows: 1 }));

function jpeg(width: number, height: number, components = COLOURS): Uint8Array<ArrayBuffer> {
  return encodeJpeg({ width, height, components, sample: (component, x, y) => 60 * component + 3 * x + 2 * y });
}

/** Returns a file whose header declares another size. */
function claiming(file: Uint8Array, offset: number, size: readonly number[]): Uint8Array {
  const copy = Uint8Array.from(file);
  copy.set(size, offset);
  return copy;
}

const DATA = new Uint8Array(12);
const [SMALL_JPEG, SMALL_PNG] = [jpeg(8, 8), png({ width: 2, height: 2, colourType: 2, samples: DATA })];
const WEBP = Uint8Array.from([
  ...new TextEncoder().encode('RIFF'),
  ...[22, 0, 0, 0],
  ...new TextEncoder().encode('WEBPVP8X'),
  ...[10, 0, 0, 0, 0, 0, 0, 0, 0x1f, 0x4e, 0, 0x1f, 0x4e, 0],
]);

it.each([
  ['JPEG', claiming(SMALL_JPEG, SMALL_JPEG.indexOf(0xc0) + 4, [0x4e, 0x20, 0x4e, 0x20])],
  ['PNG', claiming(SMALL_PNG, 16, [0, 0, 0x4e, 0x20, 0, 0, 0x4e, 0x20])],
  ['WebP', WEBP],
])('rejects a %s by the size in its header', async (_, file) => {
  const before = process.memoryUsage().arrayBuffers;
  await expect(decodePicture(file, 'large')).rejects.toMatchObject({
    code: 'invalid-image',
    message: "'large' has 20000×20000 pixels, 400 million; at most 67 million are accepted. Make it smaller.",
  });
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 20);
});

it('decodes JPEGs at the same time as if each were decoded alone', async () => {
  const whole = jpeg(100, 60);
  const files = [
    whole,
    whole.subarray(0, -200),
    jpeg(33, 70),
    whole.subarray(0, 900),
    jpeg(64, 64, COLOURS.slice(0, 1)),
  ];
  const outcome = (file: Uint8Array) => decodePicture(file, 'file').catch((error: unknown) => String(error));
  const alone = [];
  for (const file of files) alone.push(await outcome(file));
  expect(await Promise.all(files.map(outcome))).toEqual(alone);
  expect(alone.map((each) => typeof each)).toEqual(['object', 'string', 'object', 'string', 'object']);
  expect(alone[1]).toContain("'file' cannot be decoded: it is truncated. Save the picture again");
});

it('names what it does not support', async () => {
  const file = claiming(SMALL_JPEG, SMALL_JPEG.indexOf(0xc0), [0xc9]);
  await expect(decodePicture(file, 'odd')).rejects.toThrow(/arithmetically coded/);
});

it('decodes the pictures that it encodes', async () => {
  const data = Uint8Array.from({ length: 4 * 5 * 3 }, (_, index) => (index * 37) & 255);
  const file = encodePng({ width: 5, height: 3, data });
  expect(await decodePicture(file, 'own')).toEqual({ width: 5, height: 3, data });
  expect(new Uint8Array(PNG.sync.read(Buffer.from(file)).data)).toEqual(data);
});

it('decodes the ordinary JPEGs of an encoder as its own decoder does', async () => {
  const { default: decode, init } = await import('@jsquash/jpeg/decode.js');
  const path = createRequire(import.meta.url).resolve('@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm');
  await init(new WebAssembly.Module(readFileSync(path)));
  const file = jpeg(97, 45);
  const { width, height, data } = await decode(file.buffer);
  expect(await decodePicture(file, 'ordinary')).toEqual({ width, height, data: Uint8Array.from(data) });
});

it('ends in a picture or a typed error for damaged files', async () => {
  const files = (await pictureCorpus(1)).map(({ file }) => file);
  const change = fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), byte: fc.nat(255) });
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...files),
      fc.array(change, { minLength: 1, maxLength: 4 }),
      fc.double({ min: 0.2, max: 1.5, noNaN: true }),
      async (file, changes, share) => {
        const damaged = file.slice(0, Math.ceil(file.length * share));
        for (const { at, byte } of changes) damaged[Math.floor(at * (damaged.length - 1))] = byte;
        try {
          const { width, height, data } = await decodePicture(damaged, 'damaged');
          expect(data).toHaveLength(width * height * 4);
        } catch (error) {
          if (!(error instanceof HwgqError)) throw error;
          expect(error.code).toBe('invalid-image');
        }
      },
    ),
    { numRuns: 500, seed: 7 },
  );
});
