import { softmax } from '../numerics/softmax.ts';
import type { Slope } from './minimize.ts';

/** What a softmax head is fitted to. */
export interface Problem {
  /** One an example, standardized, all equally long. */
  readonly features: readonly Float64Array[];
  /** The class of each example, from 0. */
  readonly classOf: readonly number[];
  readonly classes: number;
  /** What half the squared length of all weights costs; biases cost nothing. */
  readonly weightDecay: number;
}

/** How many parameters a problem has: for each class its weights, then its bias. */
export function parameterCount({ features, classes }: Problem): number {
  return classes * ((features[0]?.length ?? 0) + 1);
}

/**
 * Cross entropy of a softmax head plus weight decay, and its gradient. Every class weighs the same, however many
 * examples it has, and so does every example of a class.
 * @param parameters for each class its weights, then its bias.
 */
export function crossEntropy(problem: Problem, parameters: Float64Array): Slope {
  const { features, classOf, classes, weightDecay } = problem;
  const row = (features[0]?.length ?? 0) + 1;
  const members = new Float64Array(classes);
  for (const label of classOf) members[label] = (members[label] as number) + 1;
  const gradient = new Float64Array(parameters.length);
  let value = 0;
  for (const [example, vector] of features.entries()) {
    const label = classOf[example] as number;
    const weight = 1 / (classes * (members[label] as number));
    const logits = logitsOf(vector, parameters, classes);
    value += weight * (logSumExp(logits) - (logits[label] as number));
    const scores = softmax(logits, classes);
    for (let output = 0; output < classes; output++) {
      const error = weight * ((scores[output] as number) - (output === label ? 1 : 0));
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
