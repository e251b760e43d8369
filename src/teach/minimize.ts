/** Value and gradient of a function at a point. */
export interface Evaluation {
  readonly value: number;
  readonly gradient: Float64Array;
}

/** Number of past steps that approximate the curvature. */
const MEMORY = 10;

/** Fraction of the decrease predicted by the gradient that a step must achieve (Armijo's rule). */
const SUFFICIENT_DECREASE = 1e-4;

/** Maximum halvings of a step. If the value still does not decrease, the point is the minimum to machine precision. */
const MAX_HALVINGS = 40;

interface Step {
  readonly moved: Float64Array;
  readonly gradientChange: Float64Array;
  readonly product: number;
}

/**
 * Minimizes a smooth convex function by L-BFGS with backtracking (Nocedal and Wright, "Numerical Optimization",
 * chapter 7). The result is deterministic.
 * @param tolerance stops once no gradient component is larger.
 * @returns the point of the minimum.
 */
export function minimize(
  evaluate: (point: Float64Array) => Evaluation,
  start: Float64Array,
  { tolerance = 1e-6, maxSteps = 300 } = {},
): Float64Array {
  let point = start;
  let current = evaluate(point);
  let past: readonly Step[] = [];
  for (let step = 0; step < maxSteps && largest(current.gradient) > tolerance; step++) {
    const direction = descent(current.gradient, past);
    const derivative = dot(direction, current.gradient);
    let length = past.length === 0 ? 1 / Math.sqrt(dot(current.gradient, current.gradient)) : 1;
    let nextPoint = along(point, direction, length);
    let next = evaluate(nextPoint);
    for (let halving = 0; next.value > current.value + SUFFICIENT_DECREASE * length * derivative; halving++) {
      if (halving === MAX_HALVINGS) return point;
      length /= 2;
      nextPoint = along(point, direction, length);
      next = evaluate(nextPoint);
    }
    const moved = along(nextPoint, point, -1);
    const gradientChange = along(next.gradient, current.gradient, -1);
    const product = dot(moved, gradientChange);
    // L-BFGS needs positive curvature, so it ignores steps along which the gradient did not grow.
    if (product > 0) past = [...past, { moved, gradientChange, product }].slice(-MEMORY);
    point = nextPoint;
    current = next;
  }
  return point;
}

/** Returns the negative gradient times the inverse Hessian as approximated from past steps (two-loop recursion). */
function descent(gradient: Float64Array, past: readonly Step[]): Float64Array {
  let direction: Float64Array = gradient.map((value) => -value);
  const alphas = new Map<Step, number>();
  for (const step of past.toReversed()) {
    const alpha = dot(step.moved, direction) / step.product;
    alphas.set(step, alpha);
    direction = along(direction, step.gradientChange, -alpha);
  }
  const newest = past.at(-1);
  if (newest) {
    const scale = newest.product / dot(newest.gradientChange, newest.gradientChange);
    direction = direction.map((value) => value * scale);
  }
  for (const step of past) {
    const correction = (alphas.get(step) ?? 0) - dot(step.gradientChange, direction) / step.product;
    direction = along(direction, step.moved, correction);
  }
  return direction;
}

/** Returns the point `length` times `direction` away from `from`. */
function along(from: Float64Array, direction: Float64Array, length: number): Float64Array {
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
