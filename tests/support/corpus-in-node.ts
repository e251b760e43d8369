import type { BrowserCommand } from 'vitest/node';
import { onWhite } from '../../src/image/composite.ts';
import type { decodePicture } from '../../src/node/decode-picture.ts';
import { nodeDecoder } from './node-decoder.ts';
import { pictureCorpus } from './picture-corpus.ts';

/** A picture of the corpus, and what Node decodes. */
export interface CorpusPair {
  readonly name: string;
  /** The file, in base64. */
  readonly file: string;
  /** The largest accepted difference of a sample. */
  readonly tolerance: number;
  /** The pixels on white, as RGBA in base64, or the message if Node rejects the file. */
  readonly inNode: { readonly width: number; readonly height: number; readonly pixels: string } | string;
}

declare module 'vitest/browser' {
  interface BrowserCommands {
    /** Decodes all pictures of the corpus in Node. */
    corpusInNode(seed: number): Promise<CorpusPair[]>;
  }
}

export const corpusInNode: BrowserCommand<[seed: number]> = async (context, seed) => {
  const decode = await nodeDecoder(context);
  const pairs: CorpusPair[] = [];
  for (const { name, file, tolerance } of await pictureCorpus(seed)) {
    pairs.push({
      name,
      file: Buffer.from(file).toString('base64'),
      tolerance,
      inNode: await decodedInNode(decode, file),
    });
  }
  return pairs;
};

async function decodedInNode(decode: typeof decodePicture, file: Uint8Array): Promise<CorpusPair['inNode']> {
  try {
    const { width, height, data } = await decode(file, 'the picture');
    const pixels = data.map((sample, index) =>
      index % 4 === 3 ? 255 : onWhite(sample, data[index - (index % 4) + 3] as number),
    );
    return { width, height, pixels: Buffer.from(pixels).toString('base64') };
  } catch (error) {
    return String(error);
  }
}
