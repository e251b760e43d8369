import { transfer } from 'comlink';
import type { Picture } from '../../../image/picture.ts';
import { decodeModel } from '../../../model/decode.ts';
import { exposeWorker } from '../../../worker/handshake.ts';
import { type DecisiveMap, Explainer, type LayerWeights } from '../../explain/explainer.ts';
import { type Stage, stagesOf } from '../../explain/stages.ts';

/** The interface of the worker. Call `open` once before the other methods. */
export interface ExplainWorker {
  /** Opens the bytes of a `.hwgq` file. @returns the network's stages. */
  open(file: Uint8Array): readonly Stage[];
  values(blob: string, picture: Picture): Promise<Float32Array>;
  weights(layer: string): LayerWeights | undefined;
  decisive(picture: Picture, label: number): Promise<DecisiveMap>;
}

let explainer: Explainer | undefined;

const worker: ExplainWorker = {
  open(file) {
    const model = decodeModel(file);
    explainer = new Explainer(model);
    return stagesOf(model.graph);
  },
  async values(blob, picture) {
    const values = await opened().values(blob, picture);
    return transfer(values, [values.buffer]);
  },
  weights: (layer) => opened().weights(layer),
  decisive: (picture, label) => opened().decisive(picture, label),
};

function opened(): Explainer {
  if (explainer) return explainer;
  throw new Error('Call open before the other methods.');
}

exposeWorker(worker);
