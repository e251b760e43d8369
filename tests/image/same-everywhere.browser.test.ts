import { expect, it } from 'vitest';
import { commands } from 'vitest/browser';
import cifarsmallUrl from '../../models/cifarsmall.hwgq?url';
import lenetUrl from '../../models/lenet.hwgq?url';
import { createClassifier } from '../../src/client/create-classifier.ts';
import { toTransferable } from '../../src/client/images.ts';
import { createSession } from '../../src/engine/session.ts';
import { DeferredPicture } from '../../src/image/deferred-picture.ts';
import { toInputBytes, toNetworkInput } from '../../src/image/input.ts';
import { decodeModel } from '../../src/model/decode.ts';
import { codesOf, levelLayers } from '../support/codes.ts';
import { storedTransform, withOrientation } from '../support/jpeg-orientation.ts';
import { type PngPicture, png } from '../support/png.ts';
import type { SeenPicture } from '../support/seen-in-node.ts';
import { randomNumbers } from '../support/small-graph.ts';

const [WIDTH, HEIGHT] = [45, 37];
const random = randomNumbers(11);

/** Returns samples that are smooth at a large scale and noisy at a small one, as in photographs. */
function samples(count: number, most = 255): Uint8Array {
  return Uint8Array.from({ length: WIDTH * HEIGHT * count }, (_, index) => {
    const wave = Math.sin(index / (WIDTH * count) / 5) * Math.cos(((index % (WIDTH * count)) / count) * 0.2);
    return Math.floor(((wave + 1) * 0.35 + random() * 0.3) * most);
  });
}

const sixteen = {
  colours: Uint8Array.from({ length: 48 }, () => Math.floor(random() * 256)),
  alphas: Uint8Array.from({ length: 16 }, (_, index) => index * 17),
};
const PNGS: Readonly<Record<string, Pick<PngPicture, 'colourType' | 'samples' | 'palette'>>> = {
  opaque: { colourType: 2, samples: samples(3) },
  translucent: { colourType: 6, samples: samples(4) },
  gray: { colourType: 0, samples: samples(1) },
  'translucent gray': { colourType: 4, samples: samples(2) },
  palette: { colourType: 3, samples: samples(1, 16), palette: { colours: sixteen.colours } },
  'translucent palette': { colourType: 3, samples: samples(1, 16), palette: sixteen },
};

/** Loads a model on WebGPU: a classifier, and a session whose outputs are all codes. */
async function opened(modelUrl: string) {
  const model = decodeModel(new Uint8Array(await (await fetch(modelUrl)).arrayBuffer()));
  const quantizers = levelLayers(model.graph);
  const session = await createSession(model, { backend: 'webgpu', blobs: quantizers.map(({ blob }) => blob) });
  const classifier = await createClassifier({ model: modelUrl, backend: 'webgpu' });
  return { preprocessing: model.preprocessing, quantizers, session, classifier };
}

/** Returns the bytes, codes and label of a picture in this browser. */
async function seenHere(
  { preprocessing, quantizers, session, classifier }: Awaited<ReturnType<typeof opened>>,
  file: Uint8Array<ArrayBuffer>,
): Promise<SeenPicture> {
  const bytes = toInputBytes(new DeferredPicture(await toTransferable(new Blob([file]))).draw(), preprocessing);
  const { blobs } = await session.run(toNetworkInput(bytes, preprocessing), 1);
  const { categories } = await classifier.classify(new Blob([file]));
  return {
    bytes: Array.from(bytes),
    codes: Object.fromEntries(
      quantizers.map(({ blob, levels }, index) => [blob, codesOf(blobs[index] ?? new Float32Array(), levels).join('')]),
    ),
    label: categories[0]?.label ?? '',
  };
}

const [objects, digits] = await Promise.all([opened(cifarsmallUrl), opened(lenetUrl)]);

it.each(Object.entries(PNGS))(
  'gives the same bytes, codes and label for a PNG in the browser and in Node: %s',
  async (_, picture) => {
    const file = png({ width: WIDTH, height: HEIGHT, ...picture });
    const seen = await seenHere(objects, file);
    expect(new Set(seen.bytes).size).toBeGreaterThan(20);
    expect(Object.values(seen.codes)).toHaveLength(4);
    for (const codes of Object.values(seen.codes)) expect(codes).toMatch(/^[0-3]+$/);
    expect(await commands.seenInNode('models/cifarsmall.hwgq', Array.from(file))).toEqual(seen);
  },
);

/** Draws a seven and stores it as a rotated camera does. */
async function storedSeven(orientation: number): Promise<Uint8Array<ArrayBuffer>> {
  const [width, height] = [96, 128];
  const isSideways = orientation > 4;
  const canvas = new OffscreenCanvas(isSideways ? height : width, isSideways ? width : height);
  const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D;
  context.fillStyle = '#fff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.setTransform(storedTransform(orientation, width, height));
  context.lineWidth = 9;
  context.lineCap = context.lineJoin = 'round';
  context.moveTo(22, 24);
  context.lineTo(70, 24);
  context.lineTo(44, 104);
  context.stroke();
  const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.95 });
  return withOrientation(new Uint8Array(await blob.arrayBuffer()), orientation);
}

it.each([1, 2, 3, 4, 5, 6, 7, 8])(
  'rotates a JPEG of EXIF orientation %i upright in the browser and in Node',
  async (orientation) => {
    const file = await storedSeven(orientation);
    const seen = await seenHere(digits, file);
    expect(seen.label).toBe('7');
    expect(await commands.seenInNode('models/lenet.hwgq', Array.from(file))).toEqual(seen);
  },
);
