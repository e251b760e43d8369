import { zlibSync } from 'fflate';
import { withSegment } from './jpeg-segment.ts';
import type { PngChunk } from './png.ts';

/** Colour spaces of ICC profiles, with their signatures. */
const SIGNATURES = { rgb: 'RGB ', gray: 'GRAY' } as const;

export type ProfileKind = keyof typeof SIGNATURES;

/** CIE XYZ of sRGB's primaries under D50, with red and blue exchanged, so that the profile changes every colour. */
const PRIMARIES = {
  rXYZ: [0.1431, 0.0606, 0.7141],
  gXYZ: [0.3851, 0.7169, 0.0971],
  bXYZ: [0.436, 0.2225, 0.0139],
} as const;
const D50 = [0.9642, 1, 0.8249] as const;
const GAMMA = 3;

/** Builds an ICC profile (version 2.4) of a display with a gamma of 3, and, in RGB, with red and blue exchanged. */
export function iccProfile(kind: ProfileKind): Uint8Array {
  const curve = tag('curv', [...bigEndian(4, 1), ...bigEndian(2, GAMMA * 256)]);
  const tags: Readonly<Record<string, Uint8Array>> = {
    desc: tag('desc', [...bigEndian(4, 5), ...ascii('test'), ...Array(79).fill(0)]),
    cprt: tag('text', [...ascii('none'), 0]),
    wtpt: xyz(D50),
    ...(kind === 'gray'
      ? { kTRC: curve }
      : {
          ...Object.fromEntries(Object.entries(PRIMARIES).map(([name, value]) => [name, xyz(value)])),
          rTRC: curve,
          gTRC: curve,
          bTRC: curve,
        }),
  };
  const entries = Object.entries(tags);
  let offset = 132 + 12 * entries.length;
  const table: number[] = [];
  const content: number[] = [];
  for (const [name, data] of entries) {
    table.push(...ascii(name), ...bigEndian(4, offset), ...bigEndian(4, data.length));
    const padding = Array(-data.length & 3).fill(0);
    content.push(...data, ...padding);
    offset += data.length + padding.length;
  }
  const header = new Uint8Array(128);
  header.set(bigEndian(4, offset), 0);
  header.set([2, 0x40], 8);
  header.set(ascii(`mntr${SIGNATURES[kind]}XYZ `), 12);
  header.set([...bigEndian(2, 2024), ...bigEndian(2, 1), ...bigEndian(2, 1)], 24);
  header.set(ascii('acsp'), 36);
  header.set(fixedPoint(D50), 68);
  return Uint8Array.from([...header, ...bigEndian(4, entries.length), ...table, ...content]);
}

/** PNG chunks that describe a colour space, by name. Browsers show all but `sRGB` in changed colours. */
export function colourChunks(kind: ProfileKind): Readonly<Record<string, readonly PngChunk[]>> {
  const srgbGamma = { type: 'gAMA', data: Uint8Array.from(bigEndian(4, 45_455)) };
  // White point, red, green, blue, in 100,000ths: sRGB's with red and blue exchanged.
  const primaries = [31_270, 32_900, 15_000, 6_000, 30_000, 60_000, 64_000, 33_000];
  return {
    iCCP: [{ type: 'iCCP', data: Uint8Array.from([...ascii('test'), 0, 0, ...zlibSync(iccProfile(kind))]) }],
    gAMA: [{ type: 'gAMA', data: Uint8Array.from(bigEndian(4, 100_000)) }],
    cHRM: [srgbGamma, { type: 'cHRM', data: Uint8Array.from(primaries.flatMap((value) => bigEndian(4, value))) }],
    // BT.2020 primaries with PQ, full range.
    cICP: [{ type: 'cICP', data: Uint8Array.of(9, 16, 0, 1) }],
    sRGB: [{ type: 'sRGB', data: Uint8Array.of(0) }, srgbGamma],
  };
}

/** Embeds an ICC profile in a JPEG. */
export function withProfile(jpeg: Uint8Array, kind: ProfileKind): Uint8Array<ArrayBuffer> {
  return withSegment(jpeg, 0xe2, [...ascii('ICC_PROFILE'), 0, 1, 1, ...iccProfile(kind)]);
}

/** A gray JPEG of 24 × 20 pixels. */
export const GRAY_JPEG = Uint8Array.from(
  atob(
    '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAoHBwgHBgoICAgLCgoLDhgQDg0NDh0VFhEYIx8lJCIfIiEmKzcvJik0KSEiMEExNDk7Pj4+JS5ESUM8SDc9Pjv/wAALCAAUABgBAREA/8QAGAAAAwEBAAAAAAAAAAAAAAAAAQMEAAb/xAAiEAACAQMEAgMAAAAAAAAAAAABAhEAAyESMUFhBJEiMvD/2gAIAQEAAD8A4g+QoYJJPQJEeqUVDyLbiRkACZ90VvhCReGpdhGKka8Eb5EHsnj8KbddEabT6lI+1FCLkl4kDGIqN2JU7DnA7pdi42oJwazXWNwznRtX/9k=',
  ),
  (character) => character.charCodeAt(0),
);

function tag(signature: string, data: readonly number[]): Uint8Array {
  return Uint8Array.from([...ascii(signature), 0, 0, 0, 0, ...data]);
}

function xyz(values: readonly number[]): Uint8Array {
  return tag('XYZ ', fixedPoint(values));
}

/** Encodes numbers as ICC's s15Fixed16Number. */
function fixedPoint(values: readonly number[]): number[] {
  return values.flatMap((value) => bigEndian(4, Math.round(value * 65_536)));
}

function ascii(text: string): number[] {
  return Array.from(new TextEncoder().encode(text));
}

function bigEndian(length: 2 | 4, value: number): number[] {
  return Array.from({ length }, (_, index) => (value >>> (8 * (length - 1 - index))) & 255);
}
