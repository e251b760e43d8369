/** Inserts a segment after the first marker of a JPEG. */
export function withSegment(jpeg: Uint8Array, marker: number, content: readonly number[]): Uint8Array<ArrayBuffer> {
  const length = content.length + 2;
  const segment = [0xff, marker, length >> 8, length & 255, ...content];
  return Uint8Array.from([...jpeg.subarray(0, 2), ...segment, ...jpeg.subarray(2)]);
}
