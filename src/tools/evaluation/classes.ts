import { HwgqError } from '../../errors.ts';
import type { DataSet } from '../data/data-set.ts';
import { isSynset } from '../data/synsets.ts';

/** So many names are listed in a message. */
const MOST_LISTED = 20;

/** Finds a class by one kind of name; undefined where none has it. */
type Lookup = (name: string) => number | undefined;

/**
 * For each of a data set's labels, the place of its class among the network's scores. A data set without names of its
 * own has these places already. Names are, all of one kind:
 * - labels of the model (case and underscores do not count), or one of the words that a single label has between commas;
 * - ImageNet's ids (n01440764), by `synset_words.txt` in the data set, by labels that begin with them, or, where there
 *   is one for every class, in their own order, which is that of Caffe's scores;
 * - places among the scores, from 0.
 *
 * @throws HwgqError `unknown-class` listing the names that fit no class.
 */
export function matchClasses(dataSet: DataSet, labels: readonly string[]): (label: number) => number {
  const { classes, synsets } = dataSet;
  if (!classes) return (label) => label;
  const lookups = [byLabel(labels), bySynset(classes, labels, synsets), byIndex(labels.length)];
  const attempts = lookups.map((lookup) => classes.map(lookup));
  const missing = attempts.map((places) => classes.filter((_, index) => places[index] === undefined));
  const complete = attempts[missing.findIndex(({ length }) => length === 0)];
  if (complete) return (label) => complete[label] as number;
  const fewest = missing.reduce((least, names) => (names.length < least.length ? names : least));
  const listed = (names: readonly string[]) =>
    names
      .slice(0, MOST_LISTED)
      .map((name) => `'${name}'`)
      .join(', ') + (names.length > MOST_LISTED ? ', …' : '');
  throw new HwgqError(
    'unknown-class',
    `${fewest.length} of ${classes.length} classes of the data set are none of the model's: ${listed(fewest)}. ` +
      `The model's ${labels.length} classes are ${listed(labels)}. Name the folders by label, by ImageNet's id ` +
      '(with synset_words.txt in the folder), or by number from 0.',
    { classes: fewest.join(', ') },
  );
}

function byLabel(labels: readonly string[]): Lookup {
  const whole = new Map<string, number>();
  const words = new Map<string, number[]>();
  for (const [index, label] of labels.entries()) {
    // Two classes of ImageNet have the same label; the first one keeps it.
    if (!whole.has(plain(label))) whole.set(plain(label), index);
    for (const word of label.split(',').map(plain)) words.set(word, [...(words.get(word) ?? []), index]);
  }
  return (name) => {
    const [only, ...others] = words.get(plain(name)) ?? [];
    return whole.get(plain(name)) ?? (others.length === 0 ? only : undefined);
  };
}

function bySynset(classes: readonly string[], labels: readonly string[], list: readonly string[] | undefined): Lookup {
  const ofLabels = labels.map((label) => label.split(/\s/, 1)[0] ?? '');
  const isOneEach = classes.length === labels.length && classes.every(isSynset);
  const inOrder = isOneEach ? classes.toSorted() : undefined;
  const ids = (list?.length === labels.length ? list : undefined) ?? (ofLabels.every(isSynset) ? ofLabels : inOrder);
  const places = new Map(ids?.map((id, index) => [id, index]));
  return (name) => places.get(name);
}

function byIndex(count: number): Lookup {
  return (name) => (/^\d+$/.test(name) && Number(name) < count ? Number(name) : undefined);
}

function plain(name: string): string {
  return name.trim().toLowerCase().replaceAll('_', ' ');
}
