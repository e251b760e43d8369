import { InvalidArgumentError, Option } from 'commander';
import { parseShard } from '../tools/data/shard.ts';
import { toCount } from '../tools/number-arguments.ts';

/** Returns the `--backend` option. */
export function backendOption(): Option {
  return new Option('--backend <name>', 'backend to run on')
    .choices(['auto', 'wasm', 'webgpu', 'reference'])
    .default('auto');
}

/** Returns the `--blobs` option, parsed to a list of names. */
export function blobsOption(): Option {
  return new Option(
    '--blobs <names>',
    'Caffe blobs to output, separated by commas (default: the last one before Softmax)',
  ).argParser((text) => text.split(',').map((name) => name.trim()));
}

/** Returns the `--shard` option, parsed to a `Shard`. */
export function shardOption(description: string): Option {
  return new Option('--shard <i/n>', description).argParser((text) => {
    const shard = parseShard(text);
    if (shard) return shard;
    throw new InvalidArgumentError('Pass I/N, such as 2/8, with I from 1 to N.');
  });
}

/** Returns the `--threads` option. */
export function threadsOption(): Option {
  return new Option('--threads <n>', 'pictures to decode and classify at a time (default: one per core)').argParser(
    toCount,
  );
}
