import { afterAll, expect, inject, it, onTestFinished } from 'vitest';
import { commands } from 'vitest/browser';
import modelUrl from '../../models/cifarsmall.hwgq?url';
import { createClassifier } from '../../src/client/create-classifier.ts';
import { toTransferable } from '../../src/client/images.ts';
import type { ImageSource } from '../../src/client/types.ts';
import { HwgqClassifierElement } from '../../src/element/hwgq-classifier.ts';
import { DeferredPicture } from '../../src/image/deferred-picture.ts';
import { toInputBytes } from '../../src/image/input.ts';
import { decodeModel } from '../../src/model/decode.ts';
import { squareOfFile } from '../../src/site/demo/square.ts';
import { colourChunks, GRAY_JPEG, withProfile } from '../support/colour-spaces.ts';
import { type PngPicture, png } from '../support/png.ts';
import { randomNumbers } from '../support/small-graph.ts';

/** A picture file without a description of its colour space, and the same samples with one. */
interface Case {
  readonly name: string;
  readonly plain: Uint8Array<ArrayBuffer>;
  readonly described: Uint8Array<ArrayBuffer>;
  /** Whether a browser that applies the description shows the picture as without it. */
  readonly isSrgb: boolean;
  /** Whether samples have 16 bits. */
  readonly isDeep: boolean;
}

const MODEL = 'models/cifarsmall.hwgq';
const [WIDTH, HEIGHT] = [45, 37];
const random = randomNumbers(5);
const { preprocessing } = decodeModel(new Uint8Array(await (await fetch(modelUrl)).arrayBuffer()));
const wasm = await createClassifier({ model: modelUrl, backend: 'wasm' });
const webgpu = await createClassifier({ model: modelUrl, backend: 'webgpu' });

afterAll(() => {
  wasm.dispose();
  webgpu.dispose();
});

function samples(length: number): Uint8Array {
  return Uint8Array.from({ length }, () => Math.floor(random() * 256));
}

const PNGS: Readonly<Record<string, Pick<PngPicture, 'colourType' | 'samples' | 'palette' | 'depth'>>> = {
  gray: { colourType: 0, samples: samples(WIDTH * HEIGHT) },
  RGB: { colourType: 2, samples: samples(WIDTH * HEIGHT * 3) },
  palette: { colourType: 3, samples: samples(WIDTH * HEIGHT), palette: { colours: samples(256 * 3) } },
  'translucent gray': { colourType: 4, samples: samples(WIDTH * HEIGHT * 2) },
  RGBA: { colourType: 6, samples: samples(WIDTH * HEIGHT * 4) },
  '16-bit RGB': { colourType: 2, depth: 16, samples: samples(WIDTH * HEIGHT * 6) },
};

const PNG_CASES = Object.entries(PNGS).flatMap(([name, picture]): Case[] =>
  Object.entries(colourChunks(name.includes('gray') ? 'gray' : 'rgb')).map(([type, chunks]) => ({
    name: `a PNG, ${name}, with ${type}`,
    plain: png({ width: WIDTH, height: HEIGHT, ...picture }),
    described: png({ width: WIDTH, height: HEIGHT, ...picture, chunks }),
    isSrgb: type === 'sRGB',
    isDeep: picture.depth === 16,
  })),
);

const JPEG_CASES = [['a JPEG', await colouredJpeg(), 'rgb'] as const, ['a gray JPEG', GRAY_JPEG, 'gray'] as const].map(
  ([name, plain, kind]): Case => ({
    name: `${name} with an ICC profile`,
    plain,
    described: withProfile(plain, kind),
    isSrgb: false,
    isDeep: false,
  }),
);

const CASES = [...PNG_CASES, ...JPEG_CASES];

async function colouredJpeg(): Promise<Uint8Array<ArrayBuffer>> {
  const canvas = new OffscreenCanvas(WIDTH, HEIGHT);
  const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D;
  const gradient = context.createLinearGradient(0, 0, WIDTH, HEIGHT);
  for (const [index, colour] of ['#f40', '#08c', '#2a2', '#fd8'].entries()) gradient.addColorStop(index / 3, colour);
  context.fillStyle = gradient;
  context.fillRect(0, 0, WIDTH, HEIGHT);
  return new Uint8Array(await (await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.9 })).arrayBuffer());
}

async function inputOf(source: ImageSource): Promise<number[]> {
  return Array.from(toInputBytes(new DeferredPicture(await toTransferable(source)).draw(), preprocessing));
}

/** Returns the URL of a file, until the test has finished. */
function urlOf(file: Uint8Array<ArrayBuffer>): string {
  const url = URL.createObjectURL(new Blob([file]));
  onTestFinished(() => URL.revokeObjectURL(url));
  return url;
}

async function imageOf(file: Uint8Array<ArrayBuffer>): Promise<HTMLImageElement> {
  const image = new Image();
  image.src = urlOf(file);
  await image.decode();
  return image;
}

/** Returns the pixels of an image as the page shows it. */
function shownPixels(image: HTMLImageElement): string {
  const { naturalWidth: width, naturalHeight: height } = image;
  const context = new OffscreenCanvas(width, height).getContext('2d') as OffscreenCanvasRenderingContext2D;
  context.drawImage(image, 0, 0);
  return context.getImageData(0, 0, width, height).data.join();
}

it.each(CASES)(
  'ignores the colour space of $name, in a file, a URL, an image element, and in Node',
  async ({ plain, described, isSrgb, isDeep }) => {
    const [plainImage, image] = await Promise.all([imageOf(plain), imageOf(described)]);
    // The browser does apply the description when it shows the picture.
    expect(shownPixels(image) === shownPixels(plainImage)).toBe(isSrgb);
    const expected = await inputOf(new Blob([plain]));
    expect(await inputOf(new Blob([described]))).toEqual(expected);
    expect(await inputOf(urlOf(described))).toEqual(expected);
    expect(await inputOf(image)).toEqual(isDeep ? await inputOf(plainImage) : expected);
    expect(await commands.inputInNode(MODEL, Array.from(described))).toEqual(expected);
  },
);

it('decodes 16-bit samples of an image element to within 1 of those of the file', async () => {
  const { plain } = CASES.find(({ isDeep }) => isDeep) as Case;
  const [file, element] = [await inputOf(new Blob([plain])), await inputOf(await imageOf(plain))];
  expect(Math.max(...file.map((value, index) => Math.abs(value - (element[index] as number))))).toBeLessThanOrEqual(1);
});

it.each(CASES)('computes the same with and without the colour space of $name', async ({ plain, described }) => {
  const expected = await wasm.features(new Blob([plain]));
  const expectedOfElement = await wasm.features(await imageOf(plain));
  for (const classifier of [wasm, webgpu]) {
    expect(await classifier.features(new Blob([described]))).toEqual(expected);
    expect(await classifier.features(await imageOf(described))).toEqual(expectedOfElement);
  }
});

it.each(['wasm', 'webgpu'] as const)('ignores colour spaces in <hwgq-classifier> on %s', async (backend) => {
  const { described, plain } = CASES.find(({ name }) => name === 'a PNG, RGB, with iCCP') as Case;
  const element = new HwgqClassifierElement();
  Object.assign(element, { model: modelUrl, backend, loading: 'eager', src: urlOf(described) });
  const result = new Promise((resolve, reject) => {
    element.addEventListener('result', () => resolve(element.result?.categories[0]));
    element.addEventListener('error', ({ detail }) => reject(detail));
  });
  document.body.append(element);
  onTestFinished(() => element.remove());
  const { categories } = await (backend === 'wasm' ? wasm : webgpu).classify(new Blob([plain]));
  expect(await result).toEqual(categories[0]);
});

it.each(JPEG_CASES)('ignores the colour space of $name that is opened in the demo', async ({ plain, described }) => {
  const [expected, square] = await Promise.all(
    [plain, described].map((file) => squareOfFile(new File([file], 'picture.jpg'))),
  );
  expect(square?.data).toEqual(expected?.data);
});

/** All photographs of the reference data in full runs, and otherwise every fourth. */
const photographs = (await commands.photographNames()).filter((_, index) => inject('isFull') || index % 4 === 0);

it.skipIf(photographs.length === 0)('decodes photographs to the same pixels as Node', async () => {
  for (const name of photographs) {
    const { file, hash } = await commands.photograph(name);
    const bytes = Uint8Array.from(atob(file), (character) => character.charCodeAt(0));
    const { data } = new DeferredPicture(await toTransferable(new Blob([bytes]))).draw();
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', Uint8Array.from(data)));
    expect(Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join(''), name).toBe(hash);
  }
});
