import { stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { HwgqError } from '../errors.ts';
import { walkFolder } from './walk-folder.ts';

const EXTENSIONS = ['.png', '.jpg', '.jpeg', '.webp'];

/**
 * Returns the paths of pictures. A folder is replaced by the pictures in it and its subfolders, sorted by path.
 * @param onError called for each folder without pictures; the other paths are still returned.
 */
export async function listPictures(paths: readonly string[], onError: (error: HwgqError) => void): Promise<string[]> {
  const pictures: string[] = [];
  for (const path of paths) {
    const found = await stat(path).catch(() => undefined);
    const inside = found?.isDirectory() ? await picturesIn(path) : [path];
    if (inside.length === 0) {
      onError(new HwgqError('file', `The folder '${path}' contains no PNG, JPEG or WebP picture.`, { file: path }));
    }
    pictures.push(...inside);
  }
  return pictures;
}

async function picturesIn(folder: string): Promise<string[]> {
  const files = await walkFolder(folder);
  return files
    .filter((file) => EXTENSIONS.includes(extname(file).toLowerCase()))
    .sort()
    .map((file) => join(folder, file));
}
