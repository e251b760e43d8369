import type { Model } from '../../src/model/model.ts';
import { isLevelQuantizer, quantizerLevels } from '../../src/numerics/quantizer.ts';
import { interpret } from '../../src/reference/interpret.ts';
import { smoothPicture } from './smooth-picture.ts';

/** Returns the share of each level of each quantizer in a run over a picture. */
export function levelShares({ graph, preprocessing }: Model, seed: number): { layer: string; shares: number[] }[] {
  const input = Float64Array.from(smoothPicture(preprocessing, seed), (x) => x * preprocessing.scale);
  const quantizers = graph.layers.flatMap((layer) =>
    layer.type === 'quant' && isLevelQuantizer(layer.quantizer)
      ? [{ layer: layer.name, levels: [...quantizerLevels(layer.quantizer)] }]
      : [],
  );
  const values = interpret(
    graph,
    input,
    quantizers.map(({ layer }) => layer),
  );
  return quantizers.map(({ layer, levels }) => {
    const outputs = values.get(layer) ?? new Float64Array();
    return { layer, shares: levels.map((level) => outputs.filter((x) => x === level).length / outputs.length) };
  });
}
