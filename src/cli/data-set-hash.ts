import { createHash } from 'node:crypto';
import type { DataSet } from '../tools/data/data-set.ts';

/**
 * Returns the SHA-256 of the class names and of the names and labels of the first pictures of a data set, in hexadecimal.
 * Pixels are not hashed: that would read the whole data set on every machine.
 */
export function dataSetHash(dataSet: DataSet, pictures: number): string {
  const hash = createHash('sha256').update(JSON.stringify([dataSet.classes ?? null, dataSet.synsets ?? null]));
  for (let index = 0; index < pictures; index++) {
    hash.update(JSON.stringify([dataSet.name(index), dataSet.label(index)]));
  }
  return hash.digest('hex');
}
