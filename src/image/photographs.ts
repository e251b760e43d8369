import { channelCount, type Preprocessing } from './preprocessing.ts';

/** The typical mean and standard deviation of a photograph's channels, in pixel values. */
const PHOTOGRAPH = { mean: 110, deviation: 60 };
const WHITE = 255;

/** Returns the mean and variance of each channel of photographs after preprocessing. */
export function photographMoments(preprocessing: Preprocessing): { mean: Float64Array; variance: Float64Array } {
  const { scale } = preprocessing;
  const means = channelMeans(preprocessing);
  return {
    mean: Float64Array.from(means, (subtracted) => (PHOTOGRAPH.mean - subtracted) * scale),
    variance: Float64Array.from(means, () => (PHOTOGRAPH.deviation * scale) ** 2),
  };
}

/** Returns the smallest and the largest value of a preprocessed pixel. */
export function inputRange({ mean, scale }: Preprocessing): readonly [lowest: number, highest: number] {
  const { least, most } = Array.from(mean.values).reduce(
    (range, value) => ({ least: Math.min(range.least, value), most: Math.max(range.most, value) }),
    { least: WHITE, most: 0 },
  );
  const ends = [-most * scale, (WHITE - least) * scale];
  return [Math.min(...ends), Math.max(...ends)];
}

function channelMeans({ mean, channels }: Preprocessing): readonly number[] {
  if (mean.kind === 'channels') return mean.values;
  const count = channelCount(channels);
  const area = mean.values.length / count;
  return Array.from({ length: count }, (_, channel) => {
    const plane = mean.values.subarray(channel * area, (channel + 1) * area);
    return plane.reduce((sum, value) => sum + value, 0) / area;
  });
}
