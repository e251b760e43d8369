import { finalBlobs } from '../../graph/blobs.ts';
import { type Graph, isWeighted, type Layer, type Shape } from '../../graph/graph.ts';
import { inferShapes } from '../../graph/shapes.ts';
import type { WeightForm } from '../../graph/weights.ts';
import { weightCount } from '../../graph/weights.ts';
import { isLevelQuantizer, quantizerLevels } from '../../numerics/quantizer.ts';

/** A stage of a network as drawn: a layer that mixes values and the layers up to the next such layer. */
export interface Stage {
  /** Name of the mixing layer, or of the network's input for the first stage. */
  readonly name: string;
  readonly type: 'input' | 'convolution' | 'innerProduct' | 'eltwise' | 'concat';
  /** Blob name of the stage's output. */
  readonly blob: string;
  readonly shape: Shape;
  /** Possible output values, ascending. Absent for real-valued outputs. */
  readonly levels?: readonly number[];
  readonly weights?: { readonly count: number; readonly form: WeightForm };
}

/**
 * Splits a network into stages, in order, starting with its input.
 * @throws HwgqError as `inferShapes`.
 */
export function stagesOf(graph: Graph): readonly Stage[] {
  const shapes = inferShapes(graph);
  const finals = finalBlobs(graph);
  const { name, shape } = graph.input;
  const stages: Stage[] = [{ name, type: 'input', blob: name, shape }];
  for (const layer of graph.layers) {
    if (!isMixing(layer)) continue;
    const end = endOf(graph, layer);
    // A blob requested by name has the value that its last in-place layer leaves.
    if (finals.get(end.blob) !== end.name) continue;
    const levels = levelsOf(graph, end);
    stages.push({
      name: layer.name,
      type: layer.type,
      blob: end.blob,
      shape: shapes.get(end.name) ?? [],
      ...(levels ? { levels } : {}),
      ...(isWeighted(layer) ? { weights: { count: weightCount(layer.weights), form: layer.weights.form } } : {}),
    });
  }
  return stages;
}

type Mixing = Extract<Layer, { type: 'convolution' | 'innerProduct' | 'eltwise' | 'concat' }>;

function isMixing(layer: Layer): layer is Mixing {
  return isWeighted(layer) || layer.type === 'eltwise' || layer.type === 'concat';
}

/** Returns the last layer of the linear chain that starts at a layer. */
function endOf(graph: Graph, layer: Layer): Layer {
  const readers = graph.layers.filter(({ inputs }) => inputs.includes(layer.name));
  const [reader] = readers;
  if (!reader || readers.length > 1 || isMixing(reader) || reader.type === 'softmax') return layer;
  return endOf(graph, reader);
}

function levelsOf(graph: Graph, layer: Layer): readonly number[] | undefined {
  switch (layer.type) {
    case 'quant':
      return isLevelQuantizer(layer.quantizer) ? Array.from(quantizerLevels(layer.quantizer)) : undefined;
    case 'pooling':
      if (layer.method !== 'max') return undefined;
      break;
    case 'dropout':
    case 'reshape':
      break;
    default:
      return undefined;
  }
  const before = graph.layers.find(({ name }) => name === layer.inputs[0]);
  return before && levelsOf(graph, before);
}
