import { Option } from 'commander';

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
