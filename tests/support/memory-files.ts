import type { NamedFile } from '../../src/tools/data/named-file.ts';

/** Creates a file in memory. */
export function memoryFile(path: string, content: Uint8Array | string = ''): NamedFile {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : Uint8Array.from(content);
  return { path, size: async () => bytes.length, bytes: async (start, end) => bytes.slice(start, end) };
}
