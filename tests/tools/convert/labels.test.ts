import { expect, it } from 'vitest';
import { parseLabels } from '../../../src/tools/convert/labels.ts';

it('reads one label per line, trimmed, without blank lines', () => {
  expect(parseLabels('  cat\r\ndog, hound \n\n n1 \n')).toEqual(['cat', 'dog, hound', 'n1']);
});

it('removes synset ids if every line has one', () => {
  expect(parseLabels('n01440764 tench, Tinca tinca\nn01443537 goldfish\n')).toEqual(['tench, Tinca tinca', 'goldfish']);
  expect(parseLabels('n01440764 tench\ngoldfish')).toEqual(['n01440764 tench', 'goldfish']);
});

it('rejects JSON and UTF-16, saying what they are', () => {
  expect(() => parseLabels('["cat", "dog"]')).toThrow(
    expect.objectContaining({ code: 'file', message: expect.stringMatching(/JSON/) }),
  );
  expect(() => parseLabels('\ufffd\ufffdc\0a\0t\0')).toThrow(/UTF-16/);
});
