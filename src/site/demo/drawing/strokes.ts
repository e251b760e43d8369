/** A place on the drawing area, 0 to 1 from its upper left corner. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A line of the pen, from down to up. */
export type Stroke = readonly Point[];

/** Thickness of the ink against the side of the drawing area: about that of MNIST's digits. */
const THICKNESS = 0.07;

/** Paints strokes with the context's colours on a square of `side` pixels, corners rounded off between points. */
export function paintStrokes(
  context: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D,
  strokes: readonly Stroke[],
  side: number,
): void {
  context.lineWidth = THICKNESS * side;
  context.lineCap = 'round';
  context.lineJoin = 'round';
  for (const stroke of strokes) {
    context.beginPath();
    const start = stroke[0];
    if (!start) continue;
    context.moveTo(start.x * side, start.y * side);
    // A line of no length with round ends is a dot; a curve of no length paints nothing.
    context.lineTo(start.x * side, start.y * side);
    for (const [index, { x, y }] of stroke.entries()) {
      const next = stroke[index + 1] ?? { x, y };
      context.quadraticCurveTo(x * side, y * side, ((x + next.x) / 2) * side, ((y + next.y) / 2) * side);
    }
    context.stroke();
  }
}
