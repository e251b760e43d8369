import { resolve } from 'node:path';
import type { BrowserCommandContext } from 'vitest/node';
import type { decodePicture } from '../../src/node/decode-picture.ts';

/**
 * Returns the decoder for Node. Vite loads it, because it imports kernels in AssemblyScript, which the configuration of
 * Vitest cannot import.
 */
export async function nodeDecoder({ project }: BrowserCommandContext): Promise<typeof decodePicture> {
  const module = await project.vite.ssrLoadModule(resolve('src/node/decode-picture.ts'));
  return module.decodePicture;
}
