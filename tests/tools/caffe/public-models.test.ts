import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { blobValue } from '../../../src/graph/blobs.ts';
import { type Graph, isWeighted } from '../../../src/graph/graph.ts';
import { endsOf, scoresBlob } from '../../../src/graph/scores.ts';
import { validateGraph } from '../../../src/graph/validate.ts';
import { buildGraph, connectBlobs } from '../../../src/tools/caffe/build-graph.ts';
import { readBinaryproto, readCaffemodel } from '../../../src/tools/caffe/caffemodel.ts';
import { readNetwork, readNetworkFile } from '../../../src/tools/caffe/network.ts';
import { describeShared, shared } from '../../support/shared.ts';

const NETWORKS = ['alex2n', 'alexsign', 'cifarsmall', 'cifarvgg', 'google', 'lenet', 'res18'];

describeShared('published Caffe files', () => {
  it.each(NETWORKS)('build %s with a logit for each class', (name) => {
    const graph = golden(name);
    expect(graph.layers.at(-1)?.type).toBe('softmax');
    expect(validateGraph(graph).get(blobValue(graph, scoresBlob(graph)))).toEqual([meta(name).classes]);
  });

  it('are read with one end, without notes', () => {
    const files = ['golden', 'caffemodels', 'real'].flatMap((folder) =>
      readdirSync(shared(folder), { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.prototxt'))
        .map((file) => `${folder}/${file}`),
    );
    expect(files.length).toBeGreaterThan(10);
    for (const file of files) {
      const { network, notes } = readNetworkFile(readFileSync(shared(file), 'utf8'));
      expect([file, notes, endsOf(connectBlobs(network)).length]).toEqual([file, [], 1]);
    }
  });

  it('build unusual layers with Caffe’s shape of every blob', () => {
    const graph = golden('odd');
    const shapes = validateGraph(graph);
    const blobs: { name: string; shape: number[] }[] = meta('odd').blobs;
    for (const { name, shape } of blobs)
      expect([name, shapes.get(blobValue(graph, name))]).toEqual([name, shape.slice(1)]);
    expect(blobs.length).toBeGreaterThan(20);
  });

  it('build the same graph from the old and the current format', () => {
    const network = readNetwork(readFileSync(shared('caffemodels/lenet/mnist_deploy.prototxt'), 'utf8'));
    const [current, old] = ['lenet_iter_10000', 'lenet_v1_format'].map((name) =>
      buildGraph(network, readCaffemodel(readFileSync(shared(`caffemodels/lenet/${name}.caffemodel`)))),
    );
    expect(current?.layers.filter(isWeighted).map(({ name }) => name)).toEqual(['conv1', 'conv2', 'ip1', 'ip2']);
    expect(old).toEqual(current);
  });

  it('have a mean image of the pictures’ shape', () => {
    const mean = readBinaryproto(readFileSync(shared('caffemodels/cifar10_quick/mean.binaryproto')));
    expect(mean.shape).toEqual([1, 3, 32, 32]);
    expect(mean.values.every((value) => value > 90 && value < 150)).toBe(true);
  });
});

function golden(name: string): Graph {
  const weights = execFileSync('xz', ['-dc', shared(`golden/${name}/weights.caffemodel.xz`)], { maxBuffer: 2 ** 28 });
  return buildGraph(
    readNetwork(readFileSync(shared(`golden/${name}/deploy.prototxt`), 'utf8')),
    readCaffemodel(weights),
  );
}

function meta(name: string) {
  return JSON.parse(readFileSync(shared(`golden/${name}/meta.json`), 'utf8'));
}
