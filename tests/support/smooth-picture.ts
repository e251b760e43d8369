import { channelCount, type Preprocessing } from '../../src/image/preprocessing.ts';
import { randomNumbers } from './small-graph.ts';

/** Patch sizes as shares of the picture size. */
const PATCHES = [1 / 2, 1 / 5, 1 / 14, 1 / 32];

/**
 * Generates a picture of patches of many sizes as network input: integers, pixel minus mean, before the scale. As in a
 * photograph, neighbouring pixels and the channels are correlated.
 */
export function smoothPicture({ channels, width, height, mean }: Preprocessing, seed: number): Int16Array {
  const random = randomNumbers(seed * 7919);
  const planes = channelCount(channels);
  const cells = PATCHES.map((patch) => {
    const columns = Math.ceil(1 / patch);
    const brightness = Float64Array.from({ length: columns ** 2 * planes }, () => random() - 0.5);
    return { columns, brightness };
  });
  const picture = new Int16Array(planes * width * height);
  for (let index = 0; index < picture.length; index++) {
    const plane = Math.floor(index / (width * height));
    const x = (index % width) / width;
    const y = (Math.floor(index / width) % height) / height;
    let pixel = 110;
    for (const { columns, brightness } of cells) {
      const cell = Math.floor(y * columns) * columns + Math.floor(x * columns);
      pixel += 70 * (brightness[cell] as number) + 40 * (brightness[cell * planes + plane] as number);
    }
    const subtracted = mean.kind === 'channels' ? (mean.values[plane] ?? 0) : 0;
    picture[index] = Math.max(0, Math.min(255, Math.round(pixel))) - Math.round(subtracted);
  }
  return picture;
}
