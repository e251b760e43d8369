import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { type ClassifierInfo, PictureClassifier } from '../engine/picture-classifier.ts';
import type { Picture } from '../image/picture.ts';
import { decodePicture } from '../node/decode-picture.ts';
import { readModel } from '../node/read-model.ts';
import { isEncoded, type StoredPicture } from '../tools/data/data-set.ts';
import { type ModelSetup, type ThreadSetup, type ThreadTask, toPlainError } from './thread-protocol.ts';

// A thread of `PictureThreads`. It handles one picture at a time, so it holds the pixels of one.

/** Handles a picture. The buffers in `transfer` move to the other thread with the result. */
type Handle = (picture: StoredPicture) => Promise<{ result: unknown; transfer?: ArrayBufferLike[] }>;

const port = parentPort as MessagePort;

async function serve({ classify }: ThreadSetup): Promise<void> {
  try {
    const { info, handle } = classify ? await classifying(classify) : { info: undefined, handle: decoding };
    let last = Promise.resolve();
    port.on('message', ({ id, picture }: ThreadTask) => {
      last = last.then(() => answer(id, picture, handle));
    });
    port.postMessage({ info });
  } catch (error) {
    port.postMessage({ error: toPlainError(error) });
  }
}

async function classifying(setup: ModelSetup): Promise<{ info: ClassifierInfo; handle: Handle }> {
  const { model, bytes } = await readModel(setup.model);
  const classifier = await PictureClassifier.create(model, bytes, { backend: setup.backend });
  const handle: Handle = async (picture) => {
    const [result] = await classifier.classify([await decoded(picture)], setup.options);
    return { result };
  };
  return { info: classifier.info, handle };
}

const decoding: Handle = async (picture) => {
  const result = await decoded(picture);
  return { result, transfer: [result.data.buffer] };
};

async function decoded(picture: StoredPicture): Promise<Picture> {
  return isEncoded(picture) ? decodePicture(picture.bytes, picture.name) : picture;
}

async function answer(id: number, picture: StoredPicture, handle: Handle): Promise<void> {
  try {
    const { result, transfer = [] } = await handle(picture);
    port.postMessage({ id, result }, transfer as ArrayBuffer[]);
  } catch (error) {
    port.postMessage({ id, error: toPlainError(error) });
  }
}

await serve(workerData);
