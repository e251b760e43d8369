import { Option } from 'commander';

export function backendOption(): Option {
  return new Option('--backend <name>', 'what computes')
    .choices(['auto', 'wasm', 'webgpu', 'reference'])
    .default('auto');
}
