const SYNSET = /^n\d{8}\s+/;

/**
 * Labels out of a text of one a line. Blank lines are left out, and so are the ids of ImageNet's synsets where every
 * line begins with one (`n01440764 tench, Tinca tinca`).
 */
export function parseLabels(text: string): string[] {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const haveIds = lines.every((line) => SYNSET.test(line));
  return haveIds ? lines.map((line) => line.replace(SYNSET, '')) : lines;
}
