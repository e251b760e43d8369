import { expect, inject, it } from 'vitest';
import { commands } from 'vitest/browser';
import { toTransferable } from '../../src/client/images.ts';
import { DeferredPicture } from '../../src/image/deferred-picture.ts';
import type { Picture } from '../../src/image/picture.ts';

const SEEDS = inject('isFull') ? Array.from({ length: 12 }, (_, index) => index + 1) : [1];
const corpora = [];
for (const seed of SEEDS) corpora.push(await commands.corpusInNode(seed));
const pairs = corpora.flat();

it('compares at least 200 pictures', () => {
  expect(pairs.length).toBeGreaterThanOrEqual(200);
});

it.each(pairs)('decodes in Node as in the browser: $name', async ({ file, tolerance, inNode }) => {
  const inBrowser = await decodedHere(bytesOf(file));
  if (typeof inNode === 'string' || typeof inBrowser === 'string') {
    expect([inNode, inBrowser]).toEqual([expect.any(String), expect.any(String)]);
    expect(inNode).toContain('HwgqError');
    return;
  }
  const { width, height } = inBrowser;
  expect([inNode.width, inNode.height]).toEqual([width, height]);
  expect(largestDifference(bytesOf(inNode.pixels), inBrowser.data)).toBeLessThanOrEqual(tolerance);
});

/** Returns the pixels on white, or the message if the browser rejects the file. */
async function decodedHere(file: Uint8Array<ArrayBuffer>): Promise<Picture | string> {
  try {
    return new DeferredPicture(await toTransferable(new Blob([file]))).draw();
  } catch (error) {
    return String(error);
  }
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

function largestDifference(a: Uint8Array, b: Picture['data']): number {
  return a.reduce((largest, value, index) => Math.max(largest, Math.abs(value - (b[index] as number))), 0);
}
