import { softmax } from '../numerics/softmax.ts';
import type { Evaluation } from './minimize.ts';

/** Training problem of a softmax head. */
export interface Problem {
  /** The standardized features of each example, all of the same length. */
  readonly features: readonly Float64Array[];
  /** The class index of each example, from 0. */
  readonly classOf: readonly number[];
  readonly classes: number;
  /** Factor of the L2 penalty, half the squared norm of all weights. Biases are not penalized. */
  readonly weightDecay: number;
}

/** Returns the number of parameters: for each class its weights and its bias. */
export function parameterCount({ features, classes }: Problem): number {
  return classes * ((features[0]?.length ?? 0) + 1);
}

/**
 * Computes the cross entropy of a softmax head plus the weight decay, and the gradient. Every class has the same weight,
 * regardless of its number of examples. All examples of a class have the same weight.
 * @param parameters for each class its weights, then its bias.
 */
export function crossEntropy(problem: Problem, parameters: Float64Array): Evaluation {
  const { features, classOf, classes, weightDecay } = problem;
  const row = (features[0]?.length ?? 0) + 1;
  const counts = new Float64Array(classes);
  for (const label of classOf) counts[label] = (counts[label] as number) + 1;
  const gradient = new Float64Array(parameters.length);
  let value = 0;
  for (const [example, vector] of features.entries()) {
    const label = classOf[example] as number;
    const weight = 1 / (classes * (counts[label] as number));
    const logits = logitsOf(vector, parameters, classes);
    value += weight * (logSumExp(logits) - (logits[label] as number));
    const probabilities = softmax(logits, classes);
    for (let output = 0; output < classes; output++) {
      const error = weight * ((probabilities[output] as number) - (output === label ? 1 : 0));
      const from = output * row;
      for (let feature = 0; feature < vector.length; feature++) {
        gradient[from + feature] = (gradient[from + feature] as number) + error * (vector[feature] as number);
      }
      gradient[from + row - 1] = (gradient[from + row - 1] as number) + error;
    }
  }
  for (let index = 0; index < parameters.length; index++) {
    if (index % row === row - 1) continue;
    const parameter = parameters[index] as number;
    value += (weightDecay / 2) * parameter * parameter;
    gradient[index] = (gradient[index] as number) + weightDecay * parameter;
  }
  return { value, gradient };
}

function logitsOf(vector: Float64Array, parameters: Float64Array, classes: number): Float64Array {
  const row = vector.length + 1;
  const logits = new Float64Array(classes);
  for (let output = 0; output < classes; output++) {
    let sum = parameters[output * row + row - 1] as number;
    for (let feature = 0; feature < vector.length; feature++) {
      sum += (parameters[output * row + feature] as number) * (vector[feature] as number);
    }
    logits[output] = sum;
  }
  return logits;
}

function logSumExp(values: Float64Array): number {
  const highest = Math.max(...values);
  return highest + Math.log(values.reduce((sum, value) => sum + Math.exp(value - highest), 0));
}
