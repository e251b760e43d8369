/** One label a line; ImageNet's synset ids (`n01440764 tench, Tinca tinca`) are left out. */
export function parseLabels(text: string): string[] {
  const lines = text.split(/\r?\n/).map((line) => line.trim().replace(/^n\d{8}\s+/, ''));
  return lines.filter((line) => line !== '');
}
