import { HwgqError } from '../errors.ts';
import { minimize } from './minimize.ts';
import { crossEntropy, type Problem, parameterCount } from './softmax-regression.ts';
import { type Standardization, standardize, standardized } from './standardize.ts';

/** Examples of one class: the features that a frozen network makes of each picture. */
export interface TaughtClass {
  readonly label: string;
  readonly examples: readonly Float32Array[];
}

/** The last layer of a network: logits = weights · features + bias. */
export interface LinearHead {
  /** [classes][features]. */
  readonly weights: Float32Array;
  /** One a class. */
  readonly bias: Float32Array;
}

/** With examples of squared length 1: small enough to tell close classes apart, large enough not to be sure of noise. */
const WEIGHT_DECAY = 1e-3;

/**
 * Trains a softmax head on features: full batch, to the minimum, which is one and the same for any order of the
 * examples. The standardization is folded into the head, so it takes features as they are.
 * @throws HwgqError `invalid-option` for fewer than two classes, labels that are empty or double, a class without
 *   examples, and features that are not finite or not equally many.
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
  return folded(
    minimize((parameters) => crossEntropy(problem, parameters), start),
    standardization,
  );
}

/** The head for features as they are, of one for standardized features. */
function folded(parameters: Float64Array, { mean, scale }: Standardization): LinearHead {
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
  if (classes.length < 2) refuse(`There are ${classes.length} classes to learn; at least two are needed. Add another.`);
  const length = classes[0]?.examples[0]?.length;
  const labels = new Set<string>();
  for (const { label, examples } of classes) {
    if (label.trim() === '') refuse('A class has no name. Give it one.');
    if (labels.has(label)) refuse(`Two classes are called “${label}”. Give each a name of its own.`);
    labels.add(label);
    if (examples.length === 0) refuse(`The class “${label}” has no examples. Show it at least one.`);
    for (const features of examples) {
      if (features.length !== length) {
        refuse(`An example of “${label}” has ${features.length} features, the first has ${length}. Use one network.`);
      }
      if (!features.every(Number.isFinite)) refuse(`An example of “${label}” has features that are not finite.`);
    }
  }
}

function refuse(message: string): never {
  throw new HwgqError('invalid-option', message);
}
