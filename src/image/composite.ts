/** Composites an 8-bit colour with straight alpha on white: round(c · a / 255) + 255 − a, in integers. */
export function onWhite(colour: number, alpha: number): number {
  // Most pixels are opaque, and a division takes long.
  return alpha === 255 ? colour : Math.floor((2 * colour * alpha + 255) / 510) + 255 - alpha;
}
