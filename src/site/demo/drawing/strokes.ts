/** A point on the drawing area; each coordinate runs from 0 to 1 from the upper left corner. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** The points of a line, from pen down to pen up. */
export type Stroke = readonly Point[];

/** Line width as a share of the drawing area's side, about that of MNIST digits. */
const THICKNESS = 0.07;

/** Paints smoothed strokes in the context's colours on a square of `side` pixels. */
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
    // A zero-length line with round caps is a dot; a zero-length curve paints nothing.
    context.lineTo(start.x * side, start.y * side);
    for (const [index, { x, y }] of stroke.entries()) {
      const next = stroke[index + 1] ?? { x, y };
      context.quadraticCurveTo(x * side, y * side, ((x + next.x) / 2) * side, ((y + next.y) / 2) * side);
    }
    context.stroke();
  }
}
