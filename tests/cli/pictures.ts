import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { PNG } from 'pngjs';

/** Red, green and blue, 0 to 255. */
export type Colour = readonly [number, number, number];

export const RED: Colour = [230, 20, 20];
export const GREEN: Colour = [20, 200, 30];
export const BLUE: Colour = [20, 30, 220];

const SIDE = 24;
const require = createRequire(import.meta.url);

export function png(colour: Colour): Uint8Array {
  const picture = new PNG({ width: SIDE, height: SIDE });
  picture.data.set(pixels(colour));
  return PNG.sync.write(picture);
}

export async function jpeg(colour: Colour): Promise<Uint8Array> {
  const { default: encode, init } = await import('@jsquash/jpeg/encode.js');
  await init(compiled('@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm'));
  return new Uint8Array(await encode({ data: pixels(colour), width: SIDE, height: SIDE } as ImageData));
}

export async function webp(colour: Colour): Promise<Uint8Array> {
  const { default: encode, init } = await import('@jsquash/webp/encode.js');
  await init(compiled('@jsquash/webp/codec/enc/webp_enc.wasm'));
  return new Uint8Array(await encode({ data: pixels(colour), width: SIDE, height: SIDE } as ImageData));
}

function pixels([red, green, blue]: Colour): Uint8ClampedArray<ArrayBuffer> {
  return Uint8ClampedArray.from({ length: 4 * SIDE * SIDE }, (_, index) => [red, green, blue, 255][index % 4] ?? 0);
}

function compiled(path: string): WebAssembly.Module {
  return new WebAssembly.Module(readFileSync(require.resolve(path)));
}
