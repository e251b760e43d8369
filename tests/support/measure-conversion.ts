import { readFileSync } from 'node:fs';
import { convertCaffe } from '../../src/convert/convert-caffe.ts';
import { isWeighted } from '../../src/graph/graph.ts';

/** Converts a model in a process of its own, and prints the form of each layer's weights and the process's peak memory. */
const [prototxt = '', weights = ''] = process.argv.slice(2);
const { graph } = await convertCaffe({
  prototxt: { name: prototxt, text: readFileSync(prototxt, 'utf8') },
  weights: { name: weights, bytes: readFileSync(weights) },
});
const forms = Object.fromEntries(graph.layers.filter(isWeighted).map(({ name, weights: { form } }) => [name, form]));
const bytesInKibibyte = 1024;
process.stdout.write(JSON.stringify({ forms, peakBytes: process.resourceUsage().maxRSS * bytesInKibibyte }));
