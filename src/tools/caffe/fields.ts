import { type ErrorDetails, HwgqError } from '../../errors.ts';
import type { ConversionNotes } from './conversion-notes.ts';
import { type PrototxtField, type PrototxtMessage, prototxtError } from './prototxt.ts';

/**
 * Reads the fields of a message with the types of Caffe's schema, and records which fields were read. `finish` rejects
 * the others, which are options that would have no effect.
 */
export class Fields {
  readonly #byName = new Map<string, PrototxtField[]>();
  readonly #parts: Fields[] = [];
  readonly #unread: Set<string>;
  readonly #message: PrototxtMessage;
  readonly #owner: string;
  readonly #details: ErrorDetails;
  readonly #notes: ConversionNotes;

  /**
   * @param owner the owner of the message in error messages, such as `Layer 'conv1'`.
   * @param notes collects what the user should know.
   * @param details the details of errors.
   */
  constructor(message: PrototxtMessage, owner: string, notes: ConversionNotes, details: ErrorDetails = {}) {
    this.#message = message;
    this.#owner = owner;
    this.#notes = notes;
    this.#details = details;
    for (const field of message.fields) {
      const same = this.#byName.get(field.name);
      if (same) same.push(field);
      else this.#byName.set(field.name, [field]);
    }
    this.#unread = new Set(this.#byName.keys());
  }

  has(name: string): boolean {
    return this.#byName.has(name);
  }

  string(name: string): string | undefined {
    return atMostOne(this.#take(name)).map(stringOf)[0];
  }

  strings(name: string): string[] {
    return this.#take(name).map(stringOf);
  }

  /** @throws HwgqError `prototxt-syntax` if the field is absent. */
  requiredString(name: string): string {
    const text = this.string(name);
    if (text) return text;
    throw prototxtError(this.#message.position, `${this.#owner} has no '${name}'.`);
  }

  boolean(name: string, absent: boolean): boolean {
    return atMostOne(this.#take(name)).map(booleanOf)[0] ?? absent;
  }

  /** Returns a string, the name of an enum value, or its number as text. */
  requiredText(name: string): string {
    const value = atMostOne(this.#take(name))[0]?.value;
    if (value?.kind === 'number') return String(value.number);
    return value?.kind === 'word' ? value.text : this.requiredString(name);
  }

  /**
   * Returns the name of an enum value. A file may have its number instead.
   * @param words the names in the order of their numbers, from 0.
   */
  word<Word extends string>(name: string, words: readonly Word[], absent: Word): Word {
    const field = atMostOne(this.#take(name))[0];
    if (!field) return absent;
    const { value } = field;
    const word =
      value.kind === 'number'
        ? words[value.number]
        : words.find((known) => value.kind === 'word' && value.text === known);
    return word ?? reject(field, `one of ${words.join(', ')}`);
  }

  /** Returns an integer, or undefined if the field is absent. */
  integer(name: string, least: number): number | undefined {
    return atMostOne(this.#take(name)).map((field) => integerOf(field, least))[0];
  }

  /** @throws HwgqError `prototxt-syntax` if the field is absent. */
  requiredInteger(name: string, least: number): number {
    const number = this.integer(name, least);
    if (number !== undefined) return number;
    throw prototxtError(this.#message.position, `${this.#owner} has no '${name}'.`);
  }

  integers(name: string, least: number, atMost = Number.POSITIVE_INFINITY): number[] {
    const fields = this.#take(name);
    const extra = fields[atMost];
    if (extra) throw prototxtError(extra.position, `'${name}' occurs more than ${atMost} times.`);
    return fields.map((field) => integerOf(field, least));
  }

  /** Returns a number rounded to float32, as Caffe stores it. */
  float(name: string, absent: number): number {
    return atMostOne(this.#take(name)).map(floatOf)[0] ?? Math.fround(absent);
  }

  floats(name: string): number[] {
    return this.#take(name).map(floatOf);
  }

  /** Returns a nested message, or an empty one if it is absent. `finish` checks its fields too. */
  part(name: string): Fields {
    const field = atMostOne(this.#take(name))[0];
    return this.#open(field ? messageOf(field) : { fields: [], position: this.#message.position });
  }

  allParts(name: string): Fields[] {
    return this.messages(name).map((message) => this.#open(message));
  }

  /** Returns nested messages of several names in their order. They are read separately: `finish` does not check them. */
  messages(...names: readonly string[]): PrototxtMessage[] {
    this.ignore(...names);
    return this.#message.fields.filter(({ name }) => names.includes(name)).map(messageOf);
  }

  /** Accepts fields that do not affect results, such as options for training or the choice of a library. */
  ignore(...names: readonly string[]): void {
    for (const name of names) this.#unread.delete(name);
  }

  /** Accepts fields of forks of Caffe that do not affect results at inference. The user learns of them in a note. */
  ignoreWithNote(...names: readonly string[]): void {
    for (const name of names) if (this.#take(name).length > 0) this.#notes.addIgnored(name);
  }

  /**
   * Rejects an option unless it has the implemented value.
   * @throws HwgqError `unsupported`
   */
  expect(name: string, implemented: number | boolean | string): void {
    for (const field of this.#take(name)) {
      const { value } = field;
      if (typeof implemented === 'boolean' && value.kind !== 'message' && booleanOf(field) === implemented) continue;
      const seen = value.kind === 'message' ? '{…}' : value.kind === 'number' ? value.number : value.text;
      if (String(seen) !== String(implemented)) {
        this.#rejectOption(field, `${field.name}: ${seen}`, `but only ${implemented} is implemented`);
      }
    }
  }

  /**
   * Finishes reading this message and its parts.
   * @throws HwgqError `unsupported` for a field that was not read.
   */
  finish(): void {
    for (const part of this.#parts) part.finish();
    for (const name of this.#unread) {
      for (const field of this.#byName.get(name) ?? []) this.#rejectOption(field, name, 'which has no meaning there');
    }
  }

  #take(name: string): readonly PrototxtField[] {
    this.#unread.delete(name);
    return this.#byName.get(name) ?? [];
  }

  #open(message: PrototxtMessage): Fields {
    const part = new Fields(message, this.#owner, this.#notes, this.#details);
    this.#parts.push(part);
    return part;
  }

  #rejectOption(field: PrototxtField, option: string, why: string): never {
    const { line, column } = field.position;
    throw new HwgqError('unsupported', `Prototxt, line ${line}: ${this.#owner} has the option '${option}', ${why}.`, {
      ...this.#details,
      line,
      column,
      option: field.name,
    });
  }
}

function atMostOne(fields: readonly PrototxtField[]): readonly PrototxtField[] {
  const [, second] = fields;
  if (second) throw prototxtError(second.position, `'${second.name}' occurs twice.`);
  return fields;
}

function messageOf(field: PrototxtField): PrototxtMessage {
  return field.value.kind === 'message' ? field.value.message : reject(field, 'a message in braces');
}

function stringOf(field: PrototxtField): string {
  return field.value.kind === 'string' ? field.value.text : reject(field, 'a string in quotes');
}

function booleanOf({ value, ...field }: PrototxtField): boolean {
  const text = value.kind === 'number' ? String(value.number) : value.kind === 'word' ? value.text.toLowerCase() : '';
  if (text === 'true' || text === 't' || text === '1') return true;
  if (text === 'false' || text === 'f' || text === '0') return false;
  return reject({ value, ...field }, 'true or false');
}

function integerOf(field: PrototxtField, least: number): number {
  const { value } = field;
  const isInteger = value.kind === 'number' && Number.isInteger(value.number);
  if (isInteger && value.number >= least && value.number <= 0x7fffffff) return value.number;
  return reject(field, `an integer from ${least}`);
}

function floatOf(field: PrototxtField): number {
  const { value } = field;
  const number = value.kind === 'number' ? Math.fround(value.number) : Number.NaN;
  return Number.isFinite(number) ? number : reject(field, 'a finite number');
}

function reject({ name, value, position }: PrototxtField, wanted: string): never {
  const seen = value.kind === 'message' ? 'a message' : value.kind === 'number' ? value.number : `'${value.text}'`;
  throw prototxtError(position, `'${name}' is ${seen}; it must be ${wanted}.`);
}
