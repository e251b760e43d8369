import { readFileSync } from 'node:fs';
import type { BrowserCommand } from 'vitest/node';
import { categoriesOf, labelsOf, probabilitiesOf } from '../../src/engine/categories.ts';
import { blobValue } from '../../src/graph/blobs.ts';
import { scoresBlob } from '../../src/graph/scores.ts';
import { toInputBytes, toNetworkInput } from '../../src/image/input.ts';
import { decodeModel } from '../../src/model/decode.ts';
import { interpret } from '../../src/reference/interpret.ts';
import { codesOf, levelLayers } from './codes.ts';
import { nodeDecoder } from './node-decoder.ts';

/** The stages of a picture in a model. */
export interface SeenPicture {
  /** The network's input bytes. */
  readonly bytes: number[];
  /** The codes of each Quant layer as digits, by blob. */
  readonly codes: Record<string, string>;
  readonly label: string;
}

declare module 'vitest/browser' {
  interface BrowserCommands {
    /** Decodes and classifies a picture file in Node with the interpreter, as the command does. */
    seenInNode(model: string, file: number[]): Promise<SeenPicture>;
    /** Decodes a picture file in Node, and returns the input bytes of a model. */
    inputInNode(model: string, file: number[]): Promise<number[]>;
  }
}

export const inputInNode: BrowserCommand<[model: string, file: number[]]> = async (context, modelPath, file) => {
  const { preprocessing } = decodeModel(new Uint8Array(readFileSync(modelPath)));
  return Array.from(
    toInputBytes(await (await nodeDecoder(context))(Uint8Array.from(file), 'the picture'), preprocessing),
  );
};

export const seenInNode: BrowserCommand<[model: string, file: number[]]> = async (
  context,
  modelPath,
  file,
): Promise<SeenPicture> => {
  const { graph, preprocessing, labels } = decodeModel(new Uint8Array(readFileSync(modelPath)));
  const bytes = toInputBytes(await (await nodeDecoder(context))(Uint8Array.from(file), 'the picture'), preprocessing);
  const quantizers = levelLayers(graph);
  const scores = blobValue(graph, scoresBlob(graph));
  const whole = toNetworkInput(bytes, preprocessing);
  const input = Float64Array.from(whole, (value) => value * preprocessing.scale);
  const values = interpret(graph, input, [scores, ...quantizers.map(({ value }) => value)]);
  const logits = values.get(scores) ?? new Float64Array();
  return {
    bytes: Array.from(bytes),
    codes: Object.fromEntries(
      quantizers.map(({ blob, value, levels }) => [
        blob,
        codesOf(values.get(value) ?? new Float64Array(), levels).join(''),
      ]),
    ),
    label: categoriesOf(probabilitiesOf(logits), labelsOf(labels, logits.length), {})[0]?.label ?? '',
  };
};
