import { png } from '../support/png.ts';
import { randomNumbers } from '../support/small-graph.ts';

const SIDE = 64;

/** Two classes that no shipped model knows. */
export const SHAPES = ['ring', 'stripes'] as const;

export type Shape = (typeof SHAPES)[number];

/**
 * Generates a noisy frame with a ring or stripes of random place, size, and colour. The same seed generates the same
 * frame.
 */
export function taughtFrame(shape: Shape, seed: number): Uint8Array {
  const random = randomNumbers(seed * 7919 + 17);
  for (let skipped = 0; skipped < 20; skipped++) random();
  const between = (low: number, high: number) => low + random() * (high - low);
  const dark = [between(0, 110), between(0, 110), between(0, 110)];
  const light = [between(145, 255), between(145, 255), between(145, 255)];
  const [ink, ground] = random() < 0.5 ? [dark, light] : [light, dark];
  const center = [between(24, 40), between(24, 40)] as const;
  const radius = between(14, 22);
  const angle = between(0, Math.PI);
  const period = between(10, 16);
  const isInk = (x: number, y: number): boolean =>
    shape === 'ring'
      ? Math.abs(Math.hypot(x - center[0], y - center[1]) - radius) < radius / 4
      : ((x * Math.cos(angle) + y * Math.sin(angle) + 2 * SIDE) / period) % 1 < 0.4;
  const samples = Uint8Array.from({ length: SIDE * SIDE * 3 }, (_, index) => {
    const pixel = Math.floor(index / 3);
    const colour = isInk(pixel % SIDE, Math.floor(pixel / SIDE)) ? ink : ground;
    return Math.max(0, Math.min(255, (colour[index % 3] ?? 0) + between(-25, 25)));
  });
  return png({ width: SIDE, height: SIDE, colourType: 2, samples });
}
