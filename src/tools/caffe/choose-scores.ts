import { HwgqError } from '../../errors.ts';
import { endsOf } from '../../graph/scores.ts';
import { type ConnectedValue, connectBlobs } from './build-graph.ts';
import type { NetworkFile } from './network.ts';
import type { CaffeNetwork } from './network-description.ts';

/** A network whose scores are known. */
export interface ChosenScores {
  /** The network, without layers that only a Silence layer or an auxiliary classifier needs. */
  readonly network: CaffeNetwork;
  /** The blob of the scores, if the network has other ends. */
  readonly scores?: string;
  /** What the user should know, as sentences. */
  readonly notes: readonly string[];
}

/**
 * Decides which blob holds the scores of a classifier. In a train_val file it is the one whose loss has the largest
 * weight; the other ends are auxiliary classifiers, which only help training. Where the file does not tell, the network
 * keeps its ends.
 * @param wanted the blob to use instead.
 * @throws HwgqError `invalid-option` if the network has no such blob.
 */
export function chooseScores({ network, heads, silenced }: NetworkFile, wanted?: string): ChosenScores {
  const values = connectBlobs(network);
  if (wanted !== undefined) expectBlob(values, wanted);
  const ends = endsOf(values);
  const used = ends.filter(({ blob }) => !silenced.includes(blob));
  const isOnlyEnd = used.length === 1 && used[0]?.blob === wanted;
  if (wanted !== undefined) return { network, notes: [], ...(!(isOnlyEnd && ends.length === 1) && { scores: wanted }) };
  const main = used.length > 1 ? mainHead(used, values, heads) : undefined;
  const kept = main ? [main] : used;
  if (kept.length === 0 || kept.length === ends.length) return { network, notes: [] };
  const pruned = keepOnly(network, values, kept);
  const dropped = used.filter((end) => !kept.includes(end)).map(({ blob }) => blob);
  const count = network.layers.length - pruned.layers.length;
  return {
    network: pruned,
    notes:
      dropped.length === 0
        ? []
        : [
            `Scores are those of '${main?.blob}'. Leaving out ${dropped.map((blob) => `'${blob}'`).join(', ')} and the ${count} layers that only ${dropped.length === 1 ? 'it needs' : 'they need'}.`,
          ],
  };
}

/** Returns the end whose loss has the largest weight, if that is only one. */
function mainHead(
  ends: readonly ConnectedValue[],
  values: readonly ConnectedValue[],
  heads: NetworkFile['heads'],
): ConnectedValue | undefined {
  const largest = Math.max(...heads.map(({ weight }) => weight));
  const blobs = new Set(heads.filter(({ weight }) => weight === largest).map(({ blob }) => blob));
  const found = ends.filter((end) => blobs.has(end.blob) || blobs.has(blobBefore(end, values) ?? ''));
  return found.length === 1 ? found[0] : undefined;
}

/** Returns the blob that a Softmax reads: its loss may read the logits, as the Softmax does. */
function blobBefore({ type, inputs }: ConnectedValue, values: readonly ConnectedValue[]): string | undefined {
  return type === 'softmax' ? values.find(({ name }) => name === inputs[0])?.blob : undefined;
}

function keepOnly(
  network: CaffeNetwork,
  values: readonly ConnectedValue[],
  ends: readonly ConnectedValue[],
): CaffeNetwork {
  const needed = new Set(ends.map(({ name }) => name));
  const layers = new Set<unknown>();
  for (const { name, inputs, layer } of values.toReversed()) {
    if (!needed.has(name)) continue;
    layers.add(layer);
    for (const input of inputs) needed.add(input);
  }
  return { ...network, layers: network.layers.filter((layer) => layers.has(layer)) };
}

function expectBlob(values: readonly ConnectedValue[], wanted: string): void {
  const blobs = [...new Set(values.map(({ blob }) => blob))];
  if (blobs.includes(wanted)) return;
  throw new HwgqError(
    'invalid-option',
    `The network has no blob '${wanted}' for the scores. Its blobs are: ${blobs.join(', ')}.`,
  );
}
