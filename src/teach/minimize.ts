/** A function's value and its gradient at a place. */
export interface Slope {
  readonly value: number;
  readonly gradient: Float64Array;
}

/** How many past steps shape the next one. */
const MEMORY = 10;

/** Share of the decrease promised by the gradient that a step must bring (Armijo's rule). */
const SUFFICIENT = 1e-4;

/** Halvings of a step after which there is nothing left to gain. */
const MAX_HALVINGS = 40;

interface Step {
  readonly moved: Float64Array;
  readonly gradientChange: Float64Array;
  readonly product: number;
}

/**
 * Minimizes a smooth convex function by L-BFGS with backtracking (Nocedal and Wright, "Numerical Optimization",
 * chapter 7). The same function and start give the same result.
 * @param tolerance largest gradient component at which to stop.
 * @returns the place of the minimum.
 */
export function minimize(
  slopeAt: (place: Float64Array) => Slope,
  start: Float64Array,
  { tolerance = 1e-6, maxSteps = 300 } = {},
): Float64Array {
  let place = start;
  let slope = slopeAt(place);
  let past: readonly Step[] = [];
  for (let step = 0; step < maxSteps && largest(slope.gradient) > tolerance; step++) {
    const direction = descent(slope.gradient, past);
    const descends = dot(direction, slope.gradient);
    let length = past.length === 0 ? 1 / Math.sqrt(dot(slope.gradient, slope.gradient)) : 1;
    let next = ahead(place, direction, length);
    let nextSlope = slopeAt(next);
    for (let halving = 0; nextSlope.value > slope.value + SUFFICIENT * length * descends; halving++) {
      if (halving === MAX_HALVINGS) return place;
      length /= 2;
      next = ahead(place, direction, length);
      nextSlope = slopeAt(next);
    }
    const moved = ahead(next, place, -1);
    const gradientChange = ahead(nextSlope.gradient, slope.gradient, -1);
    const product = dot(moved, gradientChange);
    // Only steps along which the gradient grew tell the curvature of a convex function.
    if (product > 0) past = [...past, { moved, gradientChange, product }].slice(-MEMORY);
    place = next;
    slope = nextSlope;
  }
  return place;
}

/** The negative gradient, times the inverse curvature that past steps have shown (the two-loop recursion). */
function descent(gradient: Float64Array, past: readonly Step[]): Float64Array {
  let direction: Float64Array = gradient.map((value) => -value);
  const shares = new Map<Step, number>();
  for (const step of past.toReversed()) {
    const share = dot(step.moved, direction) / step.product;
    shares.set(step, share);
    direction = ahead(direction, step.gradientChange, -share);
  }
  const newest = past.at(-1);
  if (newest) {
    const scale = newest.product / dot(newest.gradientChange, newest.gradientChange);
    direction = direction.map((value) => value * scale);
  }
  for (const step of past) {
    const share = (shares.get(step) ?? 0) - dot(step.gradientChange, direction) / step.product;
    direction = ahead(direction, step.moved, share);
  }
  return direction;
}

function ahead(from: Float64Array, direction: Float64Array, length: number): Float64Array {
  return from.map((value, index) => value + length * (direction[index] as number));
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += (a[index] as number) * (b[index] as number);
  return sum;
}

function largest(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
