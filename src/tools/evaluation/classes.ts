import { HwgqError } from '../../errors.ts';
import type { DataSet } from '../data/data-set.ts';
import { isSynset } from '../data/synsets.ts';

/** Maximum number of names in a message. */
const MAX_LISTED = 20;

/** Returns the index of the class with a name, or undefined. */
type Lookup = (name: string) => number | undefined;

/**
 * Maps the labels of a data set to indices into the network's scores. If the data set has no class names, its labels are
 * such indices. All names must be of one kind:
 * - labels of the model, ignoring case and underscores, or an entry of exactly one label that is a list separated by commas;
 * - ImageNet ids (n01440764), ordered by the data set's `synset_words.txt` or by labels that start with them; if there is
 *   one for every class, they can also be sorted, which is the order of Caffe's scores;
 * - indices, starting at 0.
 *
 * @throws HwgqError `unknown-class` that lists the names without a class.
 */
export function matchClasses(dataSet: DataSet, labels: readonly string[]): (label: number) => number {
  const { classes, synsets } = dataSet;
  if (!classes) return (label) => label;
  const lookups = [byLabel(labels), bySynset(classes, labels, synsets), byIndex(labels.length)];
  const attempts = lookups.map((lookup) => classes.map(lookup));
  const missing = attempts.map((indices) => classes.filter((_, index) => indices[index] === undefined));
  const complete = attempts[missing.findIndex(({ length }) => length === 0)];
  if (complete) return (label) => complete[label] as number;
  const fewest = missing.reduce((least, names) => (names.length < least.length ? names : least));
  const listed = (names: readonly string[]) =>
    names
      .slice(0, MAX_LISTED)
      .map((name) => `'${name}'`)
      .join(', ') + (names.length > MAX_LISTED ? ', …' : '');
  throw new HwgqError(
    'unknown-class',
    `${fewest.length} of ${classes.length} classes of the data set do not exist in the model: ${listed(fewest)}. ` +
      `The model's ${labels.length} classes are ${listed(labels)}. Name the folders by label, by ImageNet id ` +
      '(with a synset_words.txt in the folder), or by index, starting at 0.',
    { classes: fewest.join(', ') },
  );
}

function byLabel(labels: readonly string[]): Lookup {
  const byWholeLabel = new Map<string, number>();
  const byEntry = new Map<string, number[]>();
  for (const [index, label] of labels.entries()) {
    // Two ImageNet classes have the same label. The first one is found by it.
    if (!byWholeLabel.has(normalized(label))) byWholeLabel.set(normalized(label), index);
    for (const entry of label.split(',').map(normalized)) byEntry.set(entry, [...(byEntry.get(entry) ?? []), index]);
  }
  return (name) => {
    const [only, ...others] = byEntry.get(normalized(name)) ?? [];
    return byWholeLabel.get(normalized(name)) ?? (others.length === 0 ? only : undefined);
  };
}

function bySynset(classes: readonly string[], labels: readonly string[], list: readonly string[] | undefined): Lookup {
  const idsOfLabels = labels.map((label) => label.split(/\s/, 1)[0] ?? '');
  const isComplete = classes.length === labels.length && classes.every(isSynset);
  const sorted = isComplete ? classes.toSorted() : undefined;
  const ids =
    (list?.length === labels.length ? list : undefined) ?? (idsOfLabels.every(isSynset) ? idsOfLabels : sorted);
  const indices = new Map(ids?.map((id, index) => [id, index]));
  return (name) => indices.get(name);
}

function byIndex(count: number): Lookup {
  return (name) => (/^\d+$/.test(name) && Number(name) < count ? Number(name) : undefined);
}

function normalized(name: string): string {
  return name.trim().toLowerCase().replaceAll('_', ' ');
}
