import { HwgqError } from '../errors.ts';
import type { ClassificationOptions } from './classification.ts';

/** The type of an option's value. `any` leaves the check to the option's own rules. */
type OptionType = 'any' | 'boolean' | 'function' | 'number' | 'object' | 'string' | 'AbortSignal';

/** The type of each option. The compiler refuses a table that lacks one or has one too many. */
export type OptionTypes<Options> = Readonly<Record<keyof Options, OptionType>>;

export const CLASSIFICATION_OPTIONS: OptionTypes<ClassificationOptions> = {
  maxResults: 'number',
  scoreThreshold: 'number',
  categoryAllowlist: 'any',
  categoryDenylist: 'any',
  scores: 'boolean',
};

/** The largest edit distance at which one name is suggested for another. */
const SUGGESTION_DISTANCE = 3;

/**
 * Checks the names of options, and the types of their values. `undefined` is accepted for every option.
 * @param caller The function in the message.
 * @throws HwgqError `invalid-option`; the message suggests the option with the most similar name.
 */
export function checkOptionTypes<Options>(caller: string, options: unknown, types: OptionTypes<Options>): void {
  if (typeof options !== 'object' || options === null) {
    throw new HwgqError('invalid-option', `The options of ${caller} are ${describe(options)}; an object is accepted.`);
  }
  const table: Readonly<Record<string, OptionType>> = types;
  for (const [name, value] of Object.entries(options)) {
    const type = Object.hasOwn(table, name) ? table[name] : undefined;
    if (!type) throw unknownOption(caller, name, Object.keys(table));
    if (value === undefined || hasType(value, type)) continue;
    throw new HwgqError('invalid-option', `\`${name}\` is ${describe(value)}; a value of type ${type} is accepted.`);
  }
}

function hasType(value: unknown, type: OptionType): boolean {
  if (type === 'any') return true;
  if (value === null) return false;
  return type === 'AbortSignal' ? typeof value === 'object' && 'aborted' in value : typeof value === type;
}

function describe(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  return typeof value === 'object' && value !== null ? Object.prototype.toString.call(value) : String(value);
}

function unknownOption(caller: string, name: string, accepted: readonly string[]): HwgqError {
  const distances = accepted.map((other) => editDistance(name.toLowerCase(), other.toLowerCase()));
  const smallest = Math.min(...distances);
  const isSimilar = smallest <= Math.min(SUGGESTION_DISTANCE, name.length / 2);
  const remedy = isSimilar
    ? `did you mean \`${accepted[distances.indexOf(smallest)]}\`?`
    : `accepted are ${accepted.join(', ')}.`;
  return new HwgqError('invalid-option', `\`${name}\` is not an option of ${caller}; ${remedy}`);
}

/** Returns the number of characters to insert, delete or replace to turn one string into the other (Levenshtein). */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 0; i < from.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < to.length; j++) {
      const replaced = (row[j] as number) + (from[i] === to[j] ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] as number) + 1, (next[j] as number) + 1));
    }
    row = next;
  }
  return row[to.length] as number;
}
