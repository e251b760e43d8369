/** A gray picture, one byte per pixel, row by row. */
export interface GrayPicture {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

/**
 * Encodes gray pictures as an uncompressed Y4M video for Chromium's fake camera.
 * @param pictures all of the same size, with even sides.
 */
export function y4m(pictures: readonly GrayPicture[], framesPerSecond: number): Uint8Array {
  const [{ width, height }] = pictures as [GrayPicture];
  const text = new TextEncoder();
  const head = text.encode(`YUV4MPEG2 W${width} H${height} F${framesPerSecond}:1 Ip A1:1 C420jpeg\n`);
  const colours = new Uint8Array((width * height) / 2).fill(128);
  const frames = pictures.flatMap(({ pixels }) => [text.encode('FRAME\n'), pixels, colours]);
  return Buffer.concat([head, ...frames]);
}
