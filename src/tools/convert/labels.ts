import { refuseOtherFile } from './recognize-file.ts';

const SYNSET = /^n\d{8}\s+/;

/**
 * Parses labels, one per line. Blank lines are ignored. ImageNet synset ids are removed if every line starts with one
 * (`n01440764 tench, Tinca tinca`).
 * @throws HwgqError `file` if the text is JSON, UTF-16 or another file.
 */
export function parseLabels(text: string): string[] {
  refuseOtherFile('labels', text);
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const haveIds = lines.every((line) => SYNSET.test(line));
  return haveIds ? lines.map((line) => line.replace(SYNSET, '')) : lines;
}
