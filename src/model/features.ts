import type { Model } from './model.ts';
import { rejectFile } from './reject-file.ts';

/**
 * The features of models that an older reader would not notice and would compute wrongly. A file lists those that it
 * needs, and a reader refuses the ones that it does not know.
 */
const FEATURES: Readonly<Record<string, (model: Model) => boolean>> = {
  'pooling-rounds-down': ({ graph }) =>
    graph.layers.some((layer) => layer.type === 'pooling' && layer.rounding !== undefined),
  scores: ({ graph }) => graph.scores !== undefined,
};

/** Returns the names of the features that a model needs. */
export function requiredFeatures(model: Model): string[] {
  return Object.keys(FEATURES).filter((name) => FEATURES[name]?.(model));
}

/** Checks the features that a file requires. @throws HwgqError `model-format`, naming the one that is unknown. */
export function expectKnownFeatures(requires: unknown, byte: number): void {
  if (!Array.isArray(requires)) rejectFile('its list of required features is not an array', byte);
  for (const feature of requires as readonly unknown[]) {
    if (typeof feature === 'string' && Object.hasOwn(FEATURES, feature)) continue;
    rejectFile(`it requires the unknown feature ${JSON.stringify(feature)?.slice(0, 60)}`, byte, 'Update hwgq-web.');
  }
}

/** Checks that a file requires what its model needs, so that every reader computes the same. @throws HwgqError `model-format`. */
export function expectRequired(model: Model, requires: readonly unknown[], byte: number): void {
  for (const feature of requiredFeatures(model)) {
    if (!requires.includes(feature)) rejectFile(`it needs the feature '${feature}' and does not require it`, byte);
  }
}
