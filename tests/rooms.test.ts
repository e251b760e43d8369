import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { expect, it } from 'vitest';

/** Which rooms of src/ each room may import. `errors.ts` is open to all. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  numerics: [],
  graph: ['numerics'],
  image: [],
  caffe: ['graph', 'numerics'],
  model: ['graph', 'image'],
  convert: ['caffe', 'model', 'graph', 'numerics', 'image'],
  reference: ['graph', 'numerics'],
  networks: ['caffe', 'convert', 'model', 'reference', 'graph', 'numerics', 'image'],
  plan: ['graph', 'numerics'],
  onnx: ['model', 'image', 'plan', 'reference', 'graph', 'numerics'],
  backends: ['plan', 'graph', 'numerics'],
  engine: ['model', 'plan', 'backends', 'reference', 'image', 'graph', 'numerics'],
  worker: ['engine', 'image', 'model', 'graph'],
  data: ['image'],
  evaluation: ['engine', 'data', 'image', 'numerics'],
  client: ['worker', 'engine', 'image', 'model'],
};

const src = resolve('src');

it.each(Object.keys(ROOMS))('%s imports only the rooms it may', (room) => {
  const files = readdirSync(join(src, room), { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  const wrong = files.flatMap((file) => {
    const path = join(src, room, file);
    const imports = [...readFileSync(path, 'utf8').matchAll(/from '(\.[^']+)'/g)].map((match) => match[1] ?? '');
    return imports
      .map((target) => relative(src, resolve(path, '..', target)))
      .filter((target) => target !== 'errors.ts' && !target.startsWith('..'))
      .filter((target) => ![room, ...(ROOMS[room] ?? [])].includes(target.split('/')[0] ?? ''))
      .map((target) => `${room}/${file} imports ${target}`);
  });
  expect(wrong).toEqual([]);
});
