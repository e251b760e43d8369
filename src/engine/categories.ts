import { HwgqError } from '../errors.ts';
import { indexOfNonFinite } from '../graph/validate-numbers.ts';
import { softmax } from '../numerics/softmax.ts';
import type { Category, ClassificationOptions } from './classification.ts';

const DEFAULT_MAX_RESULTS = 5;

/**
 * Checks the values of classification options.
 * @param labels the model's labels, if it has been loaded. Lists may contain only these.
 * @throws HwgqError `invalid-option`.
 */
export function checkOptions(options: ClassificationOptions, labels?: readonly string[]): void {
  const { maxResults = DEFAULT_MAX_RESULTS, scoreThreshold = 0, categoryAllowlist, categoryDenylist } = options;
  const refuse = (message: string): never => {
    throw new HwgqError('invalid-option', message);
  };
  for (const [name, list] of Object.entries({ categoryAllowlist, categoryDenylist })) {
    if (list === undefined || (Array.isArray(list) && list.every((label) => typeof label === 'string'))) continue;
    refuse(`\`${name}\` is ${JSON.stringify(list)}; an array of labels is accepted.`);
  }
  if (categoryAllowlist && categoryDenylist) {
    refuse('`categoryAllowlist` and `categoryDenylist` exclude each other. Pass one of them.');
  }
  if (!Number.isInteger(maxResults) || maxResults === 0) {
    refuse(`\`maxResults\` is ${maxResults}; a positive integer is accepted, or -1 for all categories.`);
  }
  if (!(scoreThreshold >= 0 && scoreThreshold <= 1)) {
    refuse(`\`scoreThreshold\` is ${scoreThreshold}; a number from 0 to 1 is accepted.`);
  }
  const listed = categoryAllowlist ?? categoryDenylist ?? [];
  const unknown = labels && listed.find((label) => !labels.includes(label));
  if (labels && unknown !== undefined) {
    const known = labels.slice(0, 10).join(', ') + (labels.length > 10 ? '…' : '');
    const list = categoryAllowlist ? 'categoryAllowlist' : 'categoryDenylist';
    refuse(
      `\`${list}\` contains '${unknown}'; the model's ${labels.length} labels are accepted (info.labels): ${known}`,
    );
  }
}

/** Returns the classification options among some options, without those that are undefined. */
export function definedOptions(options: ClassificationOptions): ClassificationOptions {
  const { maxResults, scoreThreshold, categoryAllowlist, categoryDenylist, scores } = options;
  const all = { maxResults, scoreThreshold, categoryAllowlist, categoryDenylist, scores };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/** Returns the labels of a model, or the indices of its classes as text if it has no labels. */
export function labelsOf(labels: readonly string[] | undefined, classes: number): readonly string[] {
  return labels ?? Array.from({ length: classes }, (_, index) => String(index));
}

/** Converts the logits of all classes to probabilities. */
export function probabilitiesOf(logits: ArrayLike<number>): Float32Array {
  return Float32Array.from(softmax(logits, logits.length));
}

/** Checks the scores of one picture. @throws HwgqError `invalid-scores`, naming the first class whose score is not finite. */
export function expectFiniteScores(scores: Float32Array, labels: readonly string[]): void {
  const index = indexOfNonFinite(scores);
  if (index < 0) return;
  throw new HwgqError(
    'invalid-scores',
    `The network's score of class ${index} (${labels[index]}) is ${scores[index]}; finite scores are needed. A value in the network overflowed: check its weights and the preprocessing.`,
    { index },
  );
}

/** Returns the categories that pass the options, best first. */
export function categoriesOf(
  scores: Float32Array,
  labels: readonly string[],
  options: ClassificationOptions,
): Category[] {
  const { maxResults = DEFAULT_MAX_RESULTS, categoryAllowlist, categoryDenylist } = options;
  const lowest = lowestScore(scores, options);
  const categories: Category[] = [];
  for (const [index, score] of scores.entries()) {
    if (score < lowest) continue;
    const label = labels[index] ?? String(index);
    if (categoryAllowlist?.includes(label) === false || categoryDenylist?.includes(label)) continue;
    categories.push({ index, label, score });
  }
  categories.sort((a, b) => b.score - a.score);
  return maxResults < 0 ? categories : categories.slice(0, maxResults);
}

/** Returns a score that all results reach, so that only a few of many classes have to be sorted as objects. */
function lowestScore(
  scores: Float32Array,
  { maxResults = DEFAULT_MAX_RESULTS, scoreThreshold = 0, categoryAllowlist, categoryDenylist }: ClassificationOptions,
): number {
  if (maxResults < 0 || categoryAllowlist || categoryDenylist) return scoreThreshold;
  return Math.max(scoreThreshold, scores.slice().sort().at(-maxResults) ?? 0);
}
