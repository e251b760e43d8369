/** The largest |pixel − mean|, which first layers are made for. */
const LARGEST = 255;
/** Bytes are divided by 256 at most: the usual scalings to 0…1 or thereabouts. */
const FINEST_POWER = 8;

/**
 * Float inputs as whole numbers times a unit, where they are exactly that: pixels minus whole means, scaled by the
 * model's own scale or by a power of two. First layers sum such inputs without rounding.
 */
export function toIntegerInputs(inputs: Float32Array, scale: number): { values: Int16Array; unit: number } | undefined {
  const powers = Array.from({ length: FINEST_POWER + 1 }, (_, power) => 2 ** -power);
  const unit = [scale, ...powers].find((candidate) =>
    inputs.every((value) => {
      const whole = Math.round(value / candidate);
      return Math.abs(whole) <= LARGEST && whole * candidate === value;
    }),
  );
  if (unit === undefined) return undefined;
  return { values: Int16Array.from(inputs, (value) => Math.round(value / unit)), unit };
}
