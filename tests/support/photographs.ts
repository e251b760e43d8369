import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { BrowserCommand } from 'vitest/node';
import { nodeDecoder } from './node-decoder.ts';
import { hasShared, shared } from './shared.ts';

/** A photograph with the hash of the pixels that Node decodes. */
export interface Photograph {
  /** The JPEG file, in base64. */
  readonly file: string;
  /** SHA-256 of the RGBA pixels, in hexadecimal. */
  readonly hash: string;
}

declare module 'vitest/browser' {
  interface BrowserCommands {
    /** Returns the names of the photographs in the reference data; none if there is no reference data. */
    photographNames(): Promise<string[]>;
    photograph(name: string): Promise<Photograph>;
  }
}

const FOLDER = 'data/photos';

export const photographNames: BrowserCommand<[]> = async () =>
  hasShared ? readdirSync(shared(FOLDER)).filter((name) => name.endsWith('.JPEG')) : [];

export const photograph: BrowserCommand<[name: string]> = async (context, name): Promise<Photograph> => {
  const file = readFileSync(shared(`${FOLDER}/${name}`));
  const { data } = await (await nodeDecoder(context))(Uint8Array.from(file), name);
  return { file: file.toString('base64'), hash: createHash('sha256').update(data).digest('hex') };
};
