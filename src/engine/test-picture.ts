import type { Picture } from '../image/picture.ts';
import type { Preprocessing } from '../image/preprocessing.ts';

/** The picture is larger than the network's input, so that it is resized. */
const ENLARGEMENT = 1.25;
/** The patches along a side, from coarse to single pixels for the usual inputs. */
const PATCHES = [2, 5, 14, 32, 300];

/**
 * Returns a picture of random patches of many sizes, as coarse and as fine as those of photographs, so that a network's
 * codes take all values. The same seed gives the same picture everywhere.
 */
export function testPicture(preprocessing: Preprocessing, seed: number): Picture {
  const width = Math.ceil(preprocessing.width * ENLARGEMENT);
  const height = Math.ceil(preprocessing.height * ENLARGEMENT);
  const data = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let channel = 0; channel < 3; channel++) {
        let value = 0;
        for (const patches of PATCHES) {
          const patch = Math.floor((y * patches) / height) * patches + Math.floor((x * patches) / width);
          // A part of the brightness is common to the channels.
          value += 0.6 * noise(patch, patches, seed) + 0.4 * noise(patch, patches + 1 + channel, seed);
        }
        data[(y * width + x) * 4 + channel] = (value / PATCHES.length - 0.5) * 400 + 128;
      }
    }
  }
  return { width, height, data };
}

/** Returns random integers from −128 to 127, for a network whose input is not a picture. The same seed gives the same. */
export function testIntegers(length: number, seed: number): Int16Array {
  return Int16Array.from({ length }, (_, index) => Math.floor(noise(index, 0, seed) * 256) - 128);
}

/** Returns a number from 0 to 1 that looks random: a hash of its arguments (the finalizer of MurmurHash3). */
function noise(place: number, stream: number, seed: number): number {
  let hash = Math.imul(place + 1, 0x9e3779b1) ^ Math.imul(stream, 0x85ebca6b) ^ Math.imul(seed, 0xc2b2ae35);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
