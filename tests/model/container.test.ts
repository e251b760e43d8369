import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HwgqError } from '../../src/errors.ts';
import { decodeModel } from '../../src/model/decode.ts';
import { encodeModel } from '../../src/model/encode.ts';
import { Sha256, sha256, sha256Hex } from '../../src/model/hash.ts';
import type { Model } from '../../src/model/model.ts';
import { ModelDecoder } from '../../src/model/model-decoder.ts';
import { smallModel } from '../support/small-model.ts';

const file = encodeModel(smallModel());

function codeOf(bytes: Uint8Array): string {
  try {
    decodeModel(bytes);
    return 'none';
  } catch (error) {
    return error instanceof HwgqError ? error.code : `unexpected: ${error}`;
  }
}

/** Splits bytes at places in any order, which may repeat. */
function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const ends = [...places, bytes.length].toSorted((a, b) => a - b);
  return ends.map((end, index) => bytes.slice(ends[index - 1] ?? 0, end));
}

function streamed(pieces: readonly Uint8Array[]): Model {
  const decoder = new ModelDecoder(new Sha256());
  for (const piece of pieces) {
    decoder.push(piece);
    piece.fill(0);
  }
  return decoder.finish();
}

const somePlaces = fc.array(fc.nat(file.length), { maxLength: 40 });

/** Returns the same bytes at byte 3 of a longer buffer. */
function inLargerBytes(bytes: Uint8Array): Uint8Array {
  const larger = new Uint8Array(bytes.length + 7);
  larger.set(bytes, 3);
  return larger.subarray(3, 3 + bytes.length);
}

describe('.hwgq container', () => {
  it('decodes to the encoded model', () => {
    expect(decodeModel(file)).toEqual(smallModel());
  });

  it.each([
    ['a Node Buffer', () => Buffer.from(file)],
    ['an odd offset in a larger buffer', () => inLargerBytes(file)],
    ['an odd offset in a larger Node Buffer', () => Buffer.from(inLargerBytes(file).buffer, 3, file.length)],
  ])('decodes %s and copies the bytes', (_, makeBytes) => {
    const bytes = makeBytes();
    const model = decodeModel(bytes);
    bytes.fill(0);
    expect(model).toEqual(smallModel());
  });

  it('rejects every flipped byte', () => {
    const accepted = Array.from(file.keys()).filter((place) => {
      const flipped = file.slice();
      flipped[place] = (flipped[place] as number) ^ 1;
      return codeOf(flipped) !== 'model-format';
    });
    expect(accepted).toEqual([]);
  });

  it('rejects every truncation', () => {
    const accepted = Array.from(file.keys()).filter((length) => codeOf(file.subarray(0, length)) !== 'model-format');
    expect(accepted).toEqual([]);
  });

  it('decodes to the same model from any pieces and copies them', () => {
    fc.assert(
      fc.property(somePlaces, (places) => {
        expect(streamed(cut(file, places))).toEqual(smallModel());
      }),
    );
    expect(streamed(cut(file, Array.from(file.keys())))).toEqual(smallModel());
  });

  it('is rejected in any pieces if a byte is flipped, missing at the end, or added', () => {
    const damages = fc.oneof(
      fc.nat(file.length - 1).map((place) => {
        const flipped = file.slice();
        flipped[place] = (flipped[place] as number) ^ 1;
        return flipped;
      }),
      fc.nat(file.length - 1).map((length) => file.slice(0, length)),
      fc.uint8Array({ minLength: 1, maxLength: 20 }).map((more) => Uint8Array.of(...file, ...more)),
    );
    fc.assert(
      fc.property(damages, somePlaces, (bytes, places) => {
        const within = places.filter((place) => place <= bytes.length);
        expect(() => streamed(cut(bytes, within))).toThrow(expect.objectContaining({ code: 'model-format' }));
      }),
    );
  });

  it('returns no model after an error', () => {
    const decoder = new ModelDecoder(new Sha256());
    decoder.push(file);
    expect(() => decoder.push(Uint8Array.of(0))).toThrow(/more bytes follow/);
    expect(() => decoder.finish()).toThrow(/hash/);
  });

  it('rejects other files by their first bytes', () => {
    expect(() => new ModelDecoder(new Sha256()).push(new Uint8Array(48))).toThrow(/does not begin/);
  });

  it('rejects any other bytes after any part of the start with model-format', () => {
    fc.assert(
      fc.property(fc.nat(60), fc.uint8Array({ maxLength: 300 }), (length, bytes) => {
        expect(codeOf(Uint8Array.of(...file.subarray(0, length), ...bytes))).toBe('model-format');
      }),
    );
  });

  it('rejects a later version by name', () => {
    const later = file.slice();
    later[4] = 3;
    expect(() => decodeModel(later)).toThrow(
      expect.objectContaining({ code: 'model-format', message: expect.stringMatching(/version 3.*1 to 2.*Update/) }),
    );
  });

  it('recognizes an HTML page', () => {
    expect(() => decodeModel(new TextEncoder().encode('<!doctype html><title>404</title>'))).toThrow(/web page/);
  });
});

describe('integrity', () => {
  const decode = (bytes: Uint8Array, integrity: string) => {
    const decoder = new ModelDecoder(new Sha256(), integrity);
    for (const piece of cut(bytes, [7, 41, 300])) decoder.push(piece);
    return decoder.finish();
  };
  const integrity = `sha256-${Buffer.from(sha256(file)).toString('base64')}`;

  it('accepts the file that has the hash', () => {
    expect(decode(file, integrity)).toEqual(smallModel());
  });

  it('rejects another valid model, and names both hashes', () => {
    const other = encodeModel({ ...smallModel(), provenance: { ...smallModel().provenance, licence: 'another' } });
    const error = expect.objectContaining({ code: 'model-integrity', message: expect.stringContaining(integrity) });
    expect(() => decode(other, integrity)).toThrow(error);
  });

  it('rejects a file whose own hash bytes are changed', () => {
    const changed = file.slice();
    changed[10] = (changed[10] ?? 0) ^ 1;
    expect(() => decode(changed, integrity)).toThrow(expect.objectContaining({ code: 'model-integrity' }));
  });

  it.each(['md5-x', 'sha256-', `${integrity.slice(0, -2)}=`, `sha256-${'a'.repeat(64)}`])(
    'rejects %s, which is not a SHA-256 hash in base64',
    (wrong) => {
      expect(() => new ModelDecoder(new Sha256(), wrong)).toThrow(expect.objectContaining({ code: 'invalid-option' }));
    },
  );
});

describe('SHA-256', () => {
  it('matches the example of FIPS 180-4', () => {
    const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    expect(Buffer.from(sha256(new TextEncoder().encode('abc'))).toString('hex')).toBe(abc);
  });

  it('is the same for bytes in any pieces', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 150 })), (pieces) => {
        const hash = new Sha256();
        for (const piece of pieces) hash.update(piece);
        expect(hash.digest()).toEqual(sha256(Uint8Array.from(pieces.flatMap((piece) => [...piece]))));
      }),
    );
  });

  it('equals that of OpenSSL at every length', async () => {
    for (let length = 0; length <= 200; length++) {
      const bytes = Uint8Array.from({ length }, (_, index) => (index * 37 + length) % 256);
      const wanted = createHash('sha256').update(bytes).digest('hex');
      expect(Buffer.from(sha256(bytes)).toString('hex')).toBe(wanted);
      expect(await sha256Hex(bytes)).toBe(wanted);
    }
  });

  it('reports progress from 0 towards 1', () => {
    const reports: number[] = [];
    sha256(new Uint8Array(3 * 2 ** 22), (done) => reports.push(done));
    expect(reports).toEqual([0, 1 / 3, 2 / 3]);
  });
});
