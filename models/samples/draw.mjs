// Draws the demo's sample pictures: scenes of a few shapes, in many variants. Keeps the variant of each scene that
// cifarsmall classifies with the highest score. Run after `npm run build`, from the project's folder:
// node models/samples/draw.mjs
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PNG } from 'pngjs';

const SIDE = 96;
/** Points along each side of a pixel whose colours are averaged. */
const FINENESS = 3;
const VARIANTS = 120;

/** Repeatable numbers from 0 to 1 (xorshift). */
function randomNumbers(seed) {
  let state = (seed * 2654435761) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

// Shapes in a unit square, y downwards: each returns whether a point is inside.
const box = (left, top, right, bottom) => (x, y) => x >= left && x <= right && y >= top && y <= bottom;
const ellipse = (centerX, centerY, radiusX, radiusY) => (x, y) =>
  ((x - centerX) / radiusX) ** 2 + ((y - centerY) / radiusY) ** 2 <= 1;
const polygon = (...corners) => (x, y) => {
  let isInside = false;
  for (let i = 0, j = corners.length - 1; i < corners.length; j = i++) {
    const [[x1, y1], [x2, y2]] = [corners[i], corners[j]];
    if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) isInside = !isInside;
  }
  return isInside;
};
/** A band of some width along a line. */
const limb = (x1, y1, x2, y2, width) => (x, y) => {
  const [dx, dy] = [x2 - x1, y2 - y1];
  const along = Math.max(0, Math.min(1, ((x - x1) * dx + (y - y1) * dy) / (dx * dx + dy * dy)));
  return Math.hypot(x - x1 - along * dx, y - y1 - along * dy) <= width / 2;
};

/** A colour that changes from top to bottom. */
const fade = (from, to) => (_, y) => from.map((value, channel) => value + (to[channel] - value) * y);
const shade = (colour, factor) => colour.map((value) => value * factor);

/** Each scene is a background with shapes on it; later shapes are in front. */
const SCENES = {
  airplane({ between, pick }) {
    const body = pick([235, 238, 242], [205, 210, 218], [250, 250, 250]);
    const tilt = between(-0.08, 0.08);
    const high = between(0.42, 0.58);
    const at = (x) => high + tilt * (x - 0.5) * 2;
    return {
      ground: fade(pick([70, 130, 200], [120, 170, 225], [40, 95, 170]), pick([170, 205, 240], [205, 225, 245])),
      shapes: [
        [polygon([0.5, at(0.5)], [0.62, at(0.6)], [0.42, at(0.4) - between(0.18, 0.3)], [0.34, at(0.35) - 0.22]), shade(body, 0.8)],
        [limb(0.12, at(0.12), 0.85, at(0.85), between(0.1, 0.15)), body],
        [polygon([0.04, at(0.1) - 0.2], [0.14, at(0.1) - 0.2], [0.26, at(0.25)], [0.1, at(0.1)]), shade(body, 0.85)],
        [polygon([0.46, at(0.5)], [0.64, at(0.6)], [0.4, at(0.4) + between(0.2, 0.34)], [0.3, at(0.3) + 0.26]), shade(body, 0.65)],
        [ellipse(0.88, at(0.88), 0.06, 0.05), shade(body, 0.9)],
      ],
    };
  },
  automobile({ between, pick }) {
    const paint = pick([190, 30, 30], [200, 40, 45], [30, 60, 150], [225, 180, 30]);
    const floor = between(0.72, 0.8);
    const roof = between(0.28, 0.36);
    return {
      ground: (_, y) => (y > floor - 0.06 ? [110, 110, 112] : pick.fixed([200, 205, 210], y)),
      shapes: [
        [polygon([0.2, 0.5], [0.34, roof], [0.68, roof], [0.84, 0.5]), shade(paint, 0.9)],
        [polygon([0.26, 0.5], [0.37, roof + 0.05], [0.49, roof + 0.05], [0.49, 0.5]), [45, 55, 65]],
        [polygon([0.53, 0.5], [0.53, roof + 0.05], [0.65, roof + 0.05], [0.77, 0.5]), [45, 55, 65]],
        [polygon([0.04, 0.56], [0.2, 0.48], [0.84, 0.48], [0.96, 0.56], [0.96, floor - 0.04], [0.04, floor - 0.04]), paint],
        [box(0.04, floor - 0.08, 0.96, floor - 0.04), shade(paint, 0.5)],
        [ellipse(0.25, floor - 0.03, 0.1, 0.1), [25, 25, 28]],
        [ellipse(0.25, floor - 0.03, 0.05, 0.05), [170, 172, 175]],
        [ellipse(0.76, floor - 0.03, 0.1, 0.1), [25, 25, 28]],
        [ellipse(0.76, floor - 0.03, 0.05, 0.05), [170, 172, 175]],
        [ellipse(0.93, 0.58, 0.03, 0.025), [250, 240, 190]],
      ],
    };
  },
  bird({ between, pick }) {
    const feathers = pick([120, 85, 55], [70, 80, 95], [150, 60, 40]);
    const headY = between(0.3, 0.38);
    return {
      ground: fade(pick([150, 190, 150], [185, 205, 215], [140, 170, 120]), pick([120, 160, 110], [160, 185, 150])),
      shapes: [
        [limb(0, 0.82, 1, between(0.76, 0.88), 0.05), [95, 70, 50]],
        [polygon([0.3, 0.55], [0.38, 0.68], [0.02, between(0.74, 0.86)]), shade(feathers, 0.7)],
        [ellipse(0.5, 0.55, 0.24, 0.17), feathers],
        [ellipse(0.56, 0.6, 0.17, 0.11), [215, 195, 165]],
        [ellipse(0.7, headY + 0.02, 0.12, 0.11), feathers],
        [limb(0.62, headY + 0.08, 0.6, 0.5, 0.18), feathers],
        [polygon([0.8, headY - 0.02], [0.8, headY + 0.06], [0.93, headY + 0.03]), [220, 150, 40]],
        [ellipse(0.74, headY, 0.02, 0.02), [15, 15, 15]],
        [polygon([0.34, 0.46], [0.6, 0.5], [0.26, between(0.6, 0.68)]), shade(feathers, 0.6)],
        [limb(0.5, 0.7, 0.5, 0.82, 0.02), [80, 60, 45]],
        [limb(0.57, 0.7, 0.57, 0.82, 0.02), [80, 60, 45]],
      ],
    };
  },
  frog({ between, pick }) {
    const skin = pick([95, 140, 50], [120, 150, 60], [80, 120, 55], [140, 130, 70]);
    return {
      ground: fade(pick([120, 95, 70], [90, 110, 60], [150, 130, 105]), pick([85, 70, 50], [70, 85, 45], [110, 95, 75])),
      shapes: [
        [ellipse(0.22, 0.72, 0.2, 0.12), shade(skin, 0.75)],
        [ellipse(0.78, 0.72, 0.2, 0.12), shade(skin, 0.75)],
        [ellipse(0.5, between(0.56, 0.62), between(0.28, 0.34), between(0.24, 0.3)), skin],
        [ellipse(0.5, 0.7, 0.2, 0.12), [205, 205, 150]],
        [ellipse(0.34, between(0.3, 0.36), 0.09, 0.09), skin],
        [ellipse(0.66, between(0.3, 0.36), 0.09, 0.09), skin],
        [ellipse(0.34, 0.33, 0.055, 0.055), [230, 190, 60]],
        [ellipse(0.66, 0.33, 0.055, 0.055), [230, 190, 60]],
        [ellipse(0.34, 0.33, 0.03, 0.03), [10, 10, 10]],
        [ellipse(0.66, 0.33, 0.03, 0.03), [10, 10, 10]],
        [limb(0.36, 0.53, 0.64, 0.53, 0.018), shade(skin, 0.45)],
        [limb(0.32, 0.78, 0.26, 0.9, 0.07), shade(skin, 0.85)],
        [limb(0.68, 0.78, 0.74, 0.9, 0.07), shade(skin, 0.85)],
      ],
    };
  },
  horse({ between, pick }) {
    const coat = pick([120, 65, 35], [90, 50, 30], [150, 90, 50], [60, 42, 35]);
    const high = between(0.4, 0.46);
    return {
      ground: (_, y) => (y > 0.66 ? [110, 145, 70] : pick.fixed([190, 205, 190], y)),
      shapes: [
        [polygon([0.16, high - 0.04], [0.24, high - 0.06], [0.16, 0.72], [0.08, 0.7]), shade(coat, 0.4)],
        [limb(0.28, high + 0.1, 0.24, 0.9, 0.06), shade(coat, 0.75)],
        [limb(0.62, high + 0.1, 0.64, 0.9, 0.06), shade(coat, 0.75)],
        [ellipse(0.45, high + 0.06, 0.27, 0.14), coat],
        [limb(0.22, high + 0.1, 0.18, 0.9, 0.07), coat],
        [limb(0.66, high + 0.1, 0.7, 0.9, 0.07), coat],
        [polygon([0.58, high], [0.7, high + 0.12], [0.86, 0.2], [0.74, 0.14]), coat],
        [polygon([0.56, high - 0.04], [0.62, high], [0.78, 0.16], [0.74, 0.08]), shade(coat, 0.35)],
        [limb(0.78, 0.2, 0.92, between(0.32, 0.38), 0.11), coat],
        [polygon([0.75, 0.14], [0.78, 0.05], [0.81, 0.14]), coat],
      ],
    };
  },
  ship({ between, pick }) {
    const hull = pick([60, 65, 80], [130, 35, 35], [30, 50, 90], [40, 40, 45]);
    const line = between(0.62, 0.7);
    const light = [235, 236, 238];
    return {
      ground: (x, y) =>
        y > line
          ? fade([60, 100, 135], [25, 60, 95])(x, (y - line) / (1 - line))
          : fade([140, 180, 220], [205, 220, 232])(x, y / line),
      shapes: [
        [box(0.3, line - 0.3, 0.66, line - 0.1), light],
        [box(0.38, line - 0.4, 0.58, line - 0.3), shade(light, 0.92)],
        [box(0.44, line - between(0.5, 0.58), 0.52, line - 0.4), pick([180, 50, 40], [50, 60, 80])],
        [box(0.34, line - 0.25, 0.62, line - 0.21), [70, 90, 110]],
        [box(0.34, line - 0.17, 0.62, line - 0.14), [70, 90, 110]],
        [limb(0.76, line - 0.4, 0.76, line - 0.1, 0.015), [90, 90, 95]],
        [polygon([0.06, line - 0.12], [0.94, line - 0.14], [0.84, line + 0.06], [0.14, line + 0.06]), hull],
        [polygon([0.13, line + 0.02], [0.86, line + 0.02], [0.84, line + 0.06], [0.14, line + 0.06]), [130, 40, 35]],
      ],
    };
  },
  truck({ between, pick }) {
    const cab = pick([190, 40, 40], [40, 80, 160], [230, 160, 40], [240, 240, 240]);
    const load = pick([235, 235, 232], [205, 200, 190], [150, 160, 170]);
    const top = between(0.16, 0.26);
    return {
      ground: (_, y) => (y > 0.74 ? [105, 105, 108] : pick.fixed([185, 200, 215], y)),
      shapes: [
        [box(0.05, top, 0.64, 0.72), load],
        [box(0.05, 0.64, 0.64, 0.72), shade(load, 0.6)],
        [polygon([0.66, 0.36], [0.84, 0.36], [0.94, 0.54], [0.94, 0.76], [0.66, 0.76]), cab],
        [polygon([0.72, 0.41], [0.82, 0.41], [0.89, 0.54], [0.72, 0.54]), [50, 65, 80]],
        [box(0.05, 0.72, 0.94, 0.77), [50, 50, 55]],
        ...[0.18, 0.34, 0.8].flatMap((x) => [
          [ellipse(x, 0.78, 0.085, 0.085), [22, 22, 25]],
          [ellipse(x, 0.78, 0.04, 0.04), [160, 162, 165]],
        ]),
      ],
    };
  },
};

function draw(scene, seed) {
  const random = randomNumbers(seed);
  for (let skipped = 0; skipped < 20; skipped++) random();
  const between = (low, high) => low + random() * (high - low);
  const pick = (...choices) => choices[Math.floor(random() * choices.length)];
  // Skies with a slight gradient.
  pick.fixed = (colour, y) => shade(colour, 0.9 + 0.15 * y);
  const { ground, shapes } = SCENES[scene]({ between, pick });
  const grain = between(0, 3);
  const png = new PNG({ width: SIDE, height: SIDE });
  for (let pixel = 0; pixel < SIDE * SIDE; pixel++) {
    const sums = [0, 0, 0];
    for (let point = 0; point < FINENESS * FINENESS; point++) {
      const x = ((pixel % SIDE) + ((point % FINENESS) + 0.5) / FINENESS) / SIDE;
      const y = (Math.floor(pixel / SIDE) + (Math.floor(point / FINENESS) + 0.5) / FINENESS) / SIDE;
      const shape = shapes.findLast(([isInside]) => isInside(x, y));
      const colour = shape ? shape[1] : ground(x, y);
      for (const channel of sums.keys()) sums[channel] += colour[channel] / FINENESS ** 2;
    }
    const noise = between(-grain, grain);
    png.data.set([...sums.map((value) => Math.max(0, Math.min(255, Math.round(value + noise)))), 255], pixel * 4);
  }
  return PNG.sync.write(png);
}

const scenes = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(SCENES);
for (const scene of scenes) {
  const folder = mkdtempSync(join(tmpdir(), 'samples-'));
  for (let seed = 1; seed <= VARIANTS; seed++) {
    writeFileSync(join(folder, `${String(seed).padStart(4, '0')}.png`), draw(scene, seed));
  }
  const output = execFileSync(
    process.execPath,
    ['dist/cli/hwgq.js', 'classify', 'models/cifarsmall.hwgq', folder, '--json', '--top', '10', '--backend', 'wasm'],
    { maxBuffer: 2 ** 28 },
  );
  const scoreOf = ({ categories }) => categories.find(({ label }) => label === scene).score;
  const [best] = JSON.parse(output).sort((a, b) => scoreOf(b) - scoreOf(a));
  console.log(scene, best.file, scoreOf(best).toFixed(3), best.categories[0].label);
  mkdirSync('models/samples', { recursive: true });
  writeFileSync(`models/samples/${scene}.png`, readFileSync(best.file));
  rmSync(folder, { recursive: true });
}
