import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type DataSet, isEncoded } from '../../../src/tools/data/data-set.ts';
import type { NamedFile } from '../../../src/tools/data/named-file.ts';
import { openDataSet } from '../../../src/tools/data/open-data-set.ts';
import { memoryFile } from '../../support/memory-files.ts';

/** Returns the name, the label and the content of each picture. */
async function contents(dataSet: DataSet) {
  return Promise.all(
    Array.from({ length: dataSet.length }, async (_, index) => {
      const picture = await dataSet.read(index);
      const content = isEncoded(picture) ? new TextDecoder().decode(picture.bytes) : Array.from(picture.data);
      return [dataSet.name(index), dataSet.label(index), content];
    }),
  );
}

function refusal(code: string, message: RegExp) {
  return expect.objectContaining({ code, message: expect.stringMatching(message) });
}

function u32Bytes(...values: number[]): Uint8Array {
  return new Uint8Array(Uint32Array.from(values).buffer);
}

describe('class folders', () => {
  it('takes pictures from all classes in turn, below the folders that all share', async () => {
    const paths = ['set/test/dog/2.png', 'set/test/cat/a/1.JPG', 'set/test/cat/b/2.webp', 'set/test/cat/3.jpeg'];
    const others = ['set/readme.txt', 'set/test/cat/._1.jpg', 'set/test/cat/notes.md'];
    const dataSet = await openDataSet([...paths, ...others].map((path) => memoryFile(path, path)));
    expect(dataSet.classes).toEqual(['cat', 'dog']);
    expect(await contents(dataSet)).toEqual([
      ['set/test/cat/3.jpeg', 0, 'set/test/cat/3.jpeg'],
      ['set/test/dog/2.png', 1, 'set/test/dog/2.png'],
      ['set/test/cat/a/1.JPG', 0, 'set/test/cat/a/1.JPG'],
      ['set/test/cat/b/2.webp', 0, 'set/test/cat/b/2.webp'],
    ]);
  });

  it('treats a single folder as a class', async () => {
    const dataSet = await openDataSet([memoryFile('cat/1.png'), memoryFile('cat/2.png')]);
    expect([dataSet.classes, dataSet.length]).toEqual([['cat'], 2]);
  });

  it('reads the list of ImageNet ids', async () => {
    const list = memoryFile('val/synset_words.txt', 'n02 dog, hound\nn01 cat\n');
    const dataSet = await openDataSet([list, memoryFile('val/n01/1.png')]);
    expect(dataSet.synsets).toEqual(['n02', 'n01']);
  });

  it('rejects files that are not a data set', async () => {
    await expect(openDataSet([])).rejects.toThrow(refusal('data-format', /found nothing/));
    await expect(openDataSet([memoryFile('1.png')])).rejects.toThrow(refusal('data-format', /1 files: '1.png'/));
  });
});

describe('Caffe lists', () => {
  const pictures = ['val/a b.png', 'val/c.png', 'other/c.png', 'val/deep/d.png'].map((path) => memoryFile(path, path));

  it('finds pictures relative to the list’s folder, or by path suffix', async () => {
    const list = memoryFile('val.txt', 'a b.png 3\nother/c.png 0\r\n\nd.png 12');
    expect(await contents(await openDataSet([...pictures, list]))).toEqual([
      ['val/a b.png', 3, 'val/a b.png'],
      ['other/c.png', 0, 'other/c.png'],
      ['val/deep/d.png', 12, 'val/deep/d.png'],
    ]);
  });

  it('rejects a missing or ambiguous name with its line', async () => {
    for (const name of ['e.png', 'c.png']) {
      const list = memoryFile('val.txt', `d.png 1\n${name} 2`);
      await expect(openDataSet([...pictures, list])).rejects.toThrow(
        refusal('data-format', new RegExp(`line 2.*${name}`)),
      );
    }
  });

  it('rejects an invalid line anywhere in the list', async () => {
    const list = memoryFile('val.txt', `${'d.png 1\n'.repeat(1000)}d.png\n`);
    await expect(openDataSet([...pictures, list])).rejects.toThrow(refusal('data-format', /line 1001/));
  });

  it('opens the test split, or the given one', async () => {
    const lists = [memoryFile('train.txt', 'd.png 1'), memoryFile('val.txt', 'd.png 2')];
    expect((await openDataSet([...pictures, ...lists])).label(0)).toBe(2);
    expect((await openDataSet([...pictures, ...lists], 'train')).label(0)).toBe(1);
    await expect(openDataSet([...pictures, ...lists], 'more')).rejects.toThrow(
      refusal('invalid-option', /'more'.*train, val/),
    );
  });
});

describe('idx files', () => {
  const pixels = Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 10, 20, 30, 40);
  const labels = Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 7, 9);
  const named = (images: Uint8Array, ending = '') => [
    memoryFile(`m/t10k-images-idx3-ubyte${ending}`, images),
    memoryFile('m/t10k-labels-idx1-ubyte', labels),
  ];

  it.each([
    ['plain', pixels, ''],
    ['gzipped', gzipSync(pixels), '.gz'],
    ['gzipped without .gz', gzipSync(pixels), ''],
  ])('reads gray pictures, %s', async (_, images, ending) => {
    expect(await contents(await openDataSet(named(images, ending)))).toEqual([
      [`t10k-images-idx3-ubyte${ending}[0]`, 7, [10, 10, 10, 255, 20, 20, 20, 255]],
      [`t10k-images-idx3-ubyte${ending}[1]`, 9, [30, 30, 30, 255, 40, 40, 40, 255]],
    ]);
  });

  it.each([
    ['truncated pixels', pixels.subarray(0, 19), /19 bytes; 2 pictures of 2×1 need 20/],
    ['a truncated header', pixels.subarray(0, 9), /does not start/],
    ['another format', Uint8Array.of(1, ...pixels.subarray(1)), /does not start/],
    ['a truncated gzip file', gzipSync(pixels).subarray(0, 30), /complete gzip/],
  ])('rejects %s', async (_, images, message) => {
    await expect(openDataSet(named(images))).rejects.toThrow(refusal('data-format', message));
  });

  it('rejects labels for another number of pictures', async () => {
    const [images] = named(pixels);
    const fewer = memoryFile('m/t10k-labels-idx1-ubyte', labels.subarray(0, 9));
    await expect(openDataSet([images as NamedFile, fewer])).rejects.toThrow(refusal('data-format', /1 labels for 2/));
  });
});

describe('packs', () => {
  const pack = (offsets: Uint8Array, labels: Uint8Array, split = 'test') => [
    memoryFile(`p/${split}.images`, 'onetwo'),
    memoryFile(`p/${split}.offsets.u32`, offsets),
    memoryFile(`p/${split}.labels.u8`, labels),
    memoryFile('p/classes.json', '["cat", "dog"]'),
  ];

  it('reads pictures by their offsets', async () => {
    const dataSet = await openDataSet(pack(u32Bytes(0, 3, 6), Uint8Array.of(1, 0)));
    expect(dataSet.classes).toEqual(['cat', 'dog']);
    expect(await contents(dataSet)).toEqual([
      ['test.images[0]', 1, 'one'],
      ['test.images[1]', 0, 'two'],
    ]);
  });

  it('opens the test split', async () => {
    const both = [...pack(u32Bytes(0, 6), Uint8Array.of(0), 'train'), ...pack(u32Bytes(0, 3, 6), Uint8Array.of(1, 0))];
    expect((await openDataSet(both)).length).toBe(2);
    expect((await openDataSet(both, 'train')).length).toBe(1);
  });

  it.each([
    ['offsets for another number of labels', u32Bytes(0, 6), Uint8Array.of(1, 0), /8 bytes; 2 labels need 12/],
    ['offsets beyond the pictures', u32Bytes(0, 3, 7), Uint8Array.of(1, 0), /exceed the 6 bytes/],
    ['offsets that decrease', u32Bytes(3, 0, 6), Uint8Array.of(1, 0), /decrease/],
    ['labels without a name', u32Bytes(0, 3, 6), Uint8Array.of(1, 2), /label 2.*2 names/],
  ])('rejects %s', async (_, offsets, labels, message) => {
    await expect(openDataSet(pack(offsets, labels))).rejects.toThrow(refusal('data-format', message));
  });

  it('rejects invalid class names', async () => {
    const files = pack(u32Bytes(0, 3, 6), Uint8Array.of(1, 0)).map((file) =>
      file.path.endsWith('.json') ? memoryFile(file.path, '{') : file,
    );
    await expect(openDataSet(files)).rejects.toThrow(refusal('data-format', /classes.json.*list of names/));
  });
});
