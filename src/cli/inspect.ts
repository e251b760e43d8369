import type { Command } from 'commander';
import { isWeighted } from '../graph/graph.ts';
import { hasScores, scoresBlob } from '../graph/scores.ts';
import { inferShapes } from '../graph/shapes.ts';
import type { WeightForm } from '../graph/weights.ts';
import { floatBytes, layerBytes, layerFloatBytes } from '../model/layer-sizes.ts';
import type { Model } from '../model/model.ts';
import { readModel } from '../node/read-model.ts';
import { asName, print, printData } from './messages.ts';

const WEIGHT_BITS: Readonly<Record<WeightForm, number>> = {
  float32: 32,
  float16: 16,
  fixed13: 13,
  int8: 8,
  binary: 1,
  latent: 32,
};

/** Adds `hwgq inspect`, which shows the contents of a model. */
export function addInspect(program: Command): void {
  program
    .command('inspect')
    .description('Show the layers of a model, their shapes, bits and sizes, its preprocessing and its provenance.')
    .argument('<model>', 'a .hwgq file')
    .option('--json', 'print JSON')
    .action(async (path: string, { json }: { json?: boolean }) => {
      const { model, bytes } = await readModel(path);
      const summary = summarize(model, bytes);
      if (json) printData(`${JSON.stringify(summary, null, 2)}\n`);
      else print(asText(summary));
    });
}

function summarize(model: Model, bytes: number) {
  const shapes = inferShapes(model.graph);
  const floats = floatBytes(model.graph);
  const { mean } = model.preprocessing;
  return {
    network: model.graph.name,
    input: model.graph.input,
    bytes,
    floatBytes: floats,
    savings: floats / bytes,
    preprocessing: { ...model.preprocessing, mean: mean.kind === 'image' ? 'a mean image' : mean.values },
    labels: model.labels ?? [],
    scores: scoresOfModel(model),
    namesScores: model.graph.scores !== undefined,
    notes: model.notes ?? [],
    layers: model.graph.layers.map((layer) => ({
      name: layer.name,
      type: layer.type,
      shape: shapes.get(layer.name) ?? [],
      bits: isWeighted(layer) ? WEIGHT_BITS[layer.weights.form] : undefined,
      bytes: layerBytes(layer),
      floatBytes: layerFloatBytes(layer),
    })),
    provenance: model.provenance,
  };
}

/** Returns the blob of the scores; undefined if the network has several ends and names none. */
function scoresOfModel({ graph }: Model): string | undefined {
  return hasScores(graph) ? scoresBlob(graph) : undefined;
}

function asText(summary: ReturnType<typeof summarize>): string {
  const { preprocessing, provenance } = summary;
  const rows = [
    ['layer', 'type', 'output', 'bits', 'bytes', 'float32', 'saving'],
    ...summary.layers.map((layer) => [
      asName(layer.name),
      layer.type,
      layer.shape.join('×'),
      String(layer.bits ?? ''),
      layer.bytes ? String(layer.bytes) : '',
      layer.floatBytes ? String(layer.floatBytes) : '',
      layer.bits ? `${(layer.floatBytes / layer.bytes).toFixed(1)}×` : '',
    ]),
  ];
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const table = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return [
    `${asName(summary.network)}: ${summary.bytes} bytes, ${summary.savings.toFixed(1)} times smaller than float32`,
    `input ${summary.input.shape.join('×')}, ${preprocessing.channels}, (x − ${preprocessing.mean}) · ${preprocessing.scale}, ${preprocessing.fit.method}`,
    `${summary.labels.length} labels${summary.namesScores ? `, scores in ${asName(summary.scores ?? '')}` : ''}`,
    ...summary.notes.map((note) => `note: ${asName(note)}`),
    '',
    ...table,
    '',
    ...provenance.sources.map(({ name, bytes, sha256 }) => `from ${asName(name)}, ${bytes} bytes, SHA-256 ${sha256}`),
    asName(provenance.licence),
    '',
  ].join('\n');
}
