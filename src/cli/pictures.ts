import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { HwgqError } from '../errors.ts';

const EXTENSIONS = ['.png', '.jpg', '.jpeg', '.webp'];

/**
 * Pictures by path; folders stand for all pictures in them, sorted. What gives none is told to `onFailure`, and the
 * others go on.
 */
export async function listPictures(paths: readonly string[], onFailure: (error: HwgqError) => void): Promise<string[]> {
  const pictures: string[] = [];
  for (const path of paths) {
    const found = await stat(path).catch(() => undefined);
    const inside = found?.isDirectory() ? await picturesIn(path) : [path];
    if (inside.length === 0) onFailure(new HwgqError('file', `There is no PNG, JPEG or WebP picture in '${path}'.`));
    pictures.push(...inside);
  }
  return pictures;
}

async function picturesIn(folder: string): Promise<string[]> {
  const inside = await readdir(folder, { recursive: true });
  return inside
    .filter((file) => EXTENSIONS.includes(extname(file).toLowerCase()))
    .sort()
    .map((file) => join(folder, file));
}
