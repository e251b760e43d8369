import { version } from '../../../package.json';
import { inputRange, photographMoments } from '../../image/photographs.ts';
import type { Preprocessing } from '../../image/preprocessing.ts';
import { takesIntegers } from '../../image/preprocessing.ts';
import type { Model } from '../../model/model.ts';
import type { PlanInput } from '../../plan/plan.ts';
import { exactGraph } from './exact.ts';
import { floatGraph } from './float-graph.ts';
import { floatTwin } from './float-twin.ts';
import type { GraphOptions } from './graph-options.ts';
import type { GraphWriter } from './graph-writer.ts';
import { type InputStatistics, int8Graph } from './int8.ts';

/**
 * The form of an exported network:
 * - `exact`: the network itself, which computes the same codes and logits;
 * - `float-twin`: the same architecture as an ordinary float32 ReLU network, to compare the speed;
 * - `int8-twin`: the float twin, quantized to 8 bits.
 */
export type ExportForm = 'exact' | 'float-twin' | 'int8-twin';

export interface ExportOptions extends GraphOptions {
  /** Default: `exact`. */
  readonly form?: ExportForm;
}

/**
 * Returns a model as an ONNX file with standard operators (opset 17). The input has the name of the network's input and
 * the shape [batch, channels, height, width]. It accepts preprocessed float32 pixels, (x − mean) · scale.
 * @throws HwgqError `invalid-option` for a blob that cannot be an output; `unsupported`, naming the layer, if it cannot be
 *   exported in this form.
 */
export function exportOnnx(model: Model, options: ExportOptions = {}): Uint8Array<ArrayBuffer> {
  return exportGraph(model, options).toBytes({ name: 'hwgq-web', version });
}

/**
 * Returns the graph of the file that `exportOnnx` writes.
 * @throws HwgqError the errors of `exportOnnx`.
 */
export function exportGraph(
  { graph, preprocessing }: Model,
  { form = 'exact', ...options }: ExportOptions = {},
): GraphWriter {
  switch (form) {
    case 'exact': {
      const input: PlanInput = takesIntegers(preprocessing)
        ? { kind: 'integers', unit: preprocessing.scale }
        : { kind: 'floats' };
      return exactGraph(graph, input, options);
    }
    case 'float-twin':
      return floatGraph(floatTwin(graph), options);
    case 'int8-twin':
      return int8Graph(floatTwin(graph), inputStatistics(preprocessing), options);
  }
}

/** Returns the distribution of the inputs of a network, which determines how it is quantized. */
export function inputStatistics(preprocessing: Preprocessing): InputStatistics {
  return { range: inputRange(preprocessing), moments: photographMoments(preprocessing) };
}
