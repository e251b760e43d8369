/** Value tiles of equal size, laid out in rows with one pixel between them. */
export interface Tiles {
  readonly values: ArrayLike<number>;
  readonly height: number;
  readonly width: number;
  /** Tiles per row. */
  readonly columns: number;
  /** Number of tiles drawn. */
  readonly count: number;
  /** Gap between tiles, in pixels. */
  readonly gap: number;
}

/** Maps a value to an opacity from 0 to 1. */
export type Shading = (value: number) => number;

/** Draws tiles in shades of the canvas's text colour, one pixel per value. CSS scales them up. */
export function drawTiles(canvas: HTMLCanvasElement, tiles: Tiles, shade: Shading): void {
  const { values, height, width, columns, count, gap } = tiles;
  const rows = Math.ceil(count / columns);
  canvas.width = columns * (width + gap) - gap;
  canvas.height = rows * (height + gap) - gap;
  const image = new ImageData(canvas.width, canvas.height);
  const [red, green, blue] = inkOf(canvas);
  for (let tile = 0; tile < count; tile++) {
    const left = (tile % columns) * (width + gap);
    const top = Math.floor(tile / columns) * (height + gap);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const alpha = 20 + 235 * shade(values[(tile * height + y) * width + x] as number);
        image.data.set([red, green, blue, alpha], ((top + y) * canvas.width + left + x) * 4);
      }
    }
  }
  canvas.getContext('2d')?.putImageData(image, 0, 0);
}

function inkOf(canvas: HTMLCanvasElement): readonly [number, number, number] {
  const [red = 0, green = 0, blue = 0] = (getComputedStyle(canvas).color.match(/[\d.]+/g) ?? []).map(Number);
  return [red, green, blue];
}

/** Returns a shade function by rank among the possible levels. */
export function levelShading(levels: readonly number[]): Shading {
  const middles = levels.slice(1).map((level, index) => (level + (levels[index] as number)) / 2);
  return (value) => middles.filter((middle) => value > middle).length / middles.length;
}

/** Returns a shade function from the lowest value to the highest. */
export function rangeShading(values: ArrayLike<number>): Shading {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let index = 0; index < values.length; index++) {
    least = Math.min(least, values[index] as number);
    most = Math.max(most, values[index] as number);
  }
  return (value) => (most > least ? (value - least) / (most - least) : 0);
}
