import { HwgqError } from '../errors.ts';
import { minimize } from './minimize.ts';
import { crossEntropy, type Problem, parameterCount } from './softmax-regression.ts';
import { type Standardization, standardize, standardized } from './standardize.ts';

/** Examples of one class: the features of each image, computed by a frozen network. */
export interface TaughtClass {
  readonly label: string;
  readonly examples: readonly Float32Array[];
}

/** The last layer of a network: logits = weights · features + bias. */
export interface LinearHead {
  /** [classes][features]. */
  readonly weights: Float32Array;
  /** [classes]. */
  readonly bias: Float32Array;
}

/**
 * Weight decay for examples of squared norm 1: small enough to separate similar classes, large enough not to overfit
 * noise.
 */
const WEIGHT_DECAY = 1e-3;

/**
 * Trains a softmax head on features, with full batches, until the loss is at its minimum. The result does not depend on
 * the order of the examples. The standardization is folded into the head, so the head needs unstandardized features.
 * @throws HwgqError `invalid-option` if there are fewer than two classes, if a label is empty or used twice, if a class
 *   has no examples, or if features are not finite or differ in number.
 */
export function trainHead(classes: readonly TaughtClass[]): LinearHead {
  checkClasses(classes);
  const examples = classes.flatMap((one) => one.examples);
  const standardization = standardize(examples);
  const problem: Problem = {
    features: examples.map((features) => standardized(features, standardization)),
    classOf: classes.flatMap((one, index) => one.examples.map(() => index)),
    classes: classes.length,
    weightDecay: WEIGHT_DECAY,
  };
  const start = new Float64Array(parameterCount(problem));
  return fold(
    minimize((parameters) => crossEntropy(problem, parameters), start),
    standardization,
  );
}

/** Folds the standardization into the parameters of a head. */
function fold(parameters: Float64Array, { mean, scale }: Standardization): LinearHead {
  const row = mean.length + 1;
  const classes = parameters.length / row;
  const weights = new Float32Array(classes * mean.length);
  const bias = new Float32Array(classes);
  for (let output = 0; output < classes; output++) {
    let sum = parameters[output * row + row - 1] as number;
    for (let feature = 0; feature < mean.length; feature++) {
      const weight = (parameters[output * row + feature] as number) * (scale[feature] as number);
      weights[output * mean.length + feature] = weight;
      sum -= weight * (mean[feature] as number);
    }
    bias[output] = sum;
  }
  return { weights, bias };
}

function checkClasses(classes: readonly TaughtClass[]): void {
  if (classes.length < 2)
    refuse(`The number of classes is ${classes.length}; at least 2 are needed. Add another class.`);
  const length = classes[0]?.examples[0]?.length;
  const labels = new Set<string>();
  for (const { label, examples } of classes) {
    if (label.trim() === '') refuse('The label of a class is empty. Give the class a label.');
    if (labels.has(label)) refuse(`Two classes have the label “${label}”. Give each class a unique label.`);
    labels.add(label);
    if (examples.length === 0) refuse(`The class “${label}” has no examples. Add at least one.`);
    for (const features of examples) {
      if (features.length !== length) {
        refuse(
          `An example of “${label}” has ${features.length} features; the first example has ${length}. Compute all features with the same network.`,
        );
      }
      if (!features.every(Number.isFinite))
        refuse(`An example of “${label}” has features that are not finite numbers. Remove the example.`);
    }
  }
}

function refuse(message: string): never {
  throw new HwgqError('invalid-option', message);
}
