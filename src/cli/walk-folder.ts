import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { refuseFile } from '../node/read-file.ts';

/**
 * Returns the paths of the regular files in a folder and its subfolders, relative to the folder. Links to folders are
 * not followed, since they can lead anywhere, even back. Pipes, sockets and devices are left out, since reading one
 * may never end. Links to regular files count as files: data sets are often made of them.
 * @throws HwgqError `file` if a folder cannot be read.
 */
export async function walkFolder(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) =>
    refuseFile(folder, 'read', error),
  );
  const files: string[] = [];
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() || (entry.isSymbolicLink() && (await isRegularFile(path)))) {
      files.push(path.slice(join(folder, '/').length));
    }
  }
  return files;
}

async function isRegularFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() ?? false;
}
