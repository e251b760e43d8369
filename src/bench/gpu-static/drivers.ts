import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { messageOf } from '../../errors.ts';
import { GPU_NAMES, type GpuName, STATIC_GPUS, type StaticGpu } from './gpus.ts';

const DRIVER_FOLDERS = ['/usr/share/vulkan/icd.d', '/usr/local/share/vulkan/icd.d', '/etc/vulkan/icd.d'];
const LAYER = 'VK_LAYER_HWGQ_pipelines';
const SOURCES = 'src/bench/gpu-static';

/** Returns why kernels cannot be compiled on this machine, or undefined if they can. */
export function missingTools(): string | undefined {
  const missing = GPU_NAMES.filter((name) => driverFile(STATIC_GPUS[name]) === undefined);
  if (missing.length > 0) return `Mesa's Vulkan drivers for ${missing.join(', ')}`;
  try {
    execFileSync('cc', ['--version'], { stdio: 'ignore' });
  } catch {
    return 'a C compiler (cc)';
  }
  const headers = ['/usr/include/vulkan/vk_layer.h', '/usr/include/libdrm/i915_drm.h'];
  return headers.every((path) => existsSync(path)) ? undefined : `the header files ${headers.join(' and ')}`;
}

/** The Vulkan layer and the pretended Intel device, built in a folder, which make drivers compile without a GPU. */
export class DriverTools {
  readonly #folder: string;

  /** @throws Error if the C compiler fails. */
  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true });
    this.#build('layer', []);
    this.#build('intel-device', ['-I/usr/include/libdrm', '-ldl']);
    const layer = {
      name: LAYER,
      type: 'GLOBAL',
      library_path: this.#library('layer'),
      api_version: '1.3.0',
      implementation_version: '1',
      description: 'reports compiled pipelines',
    };
    writeFileSync(join(folder, 'layer.json'), JSON.stringify({ file_format_version: '1.2.0', layer }));
  }

  /** Returns the environment of a process whose Vulkan device is a GPU. Its pipelines are written to `pipelines`. */
  environmentOf(gpu: GpuName, pipelines: string): NodeJS.ProcessEnv {
    const { vendor, environment } = STATIC_GPUS[gpu];
    const driver = driverFile(STATIC_GPUS[gpu]) as string;
    return {
      ...process.env,
      ...environment,
      ...(vendor === 'intel' ? { LD_PRELOAD: this.#library('intel-device') } : {}),
      VK_DRIVER_FILES: driver,
      VK_ICD_FILENAMES: driver,
      VK_LAYER_PATH: this.#folder,
      VK_INSTANCE_LAYERS: LAYER,
      XDG_RUNTIME_DIR: this.#folder,
      MESA_SHADER_CACHE_DISABLE: 'true',
      PIPELINE_FOLDER: pipelines,
    };
  }

  #library(name: string): string {
    return join(this.#folder, `lib${name}.so`);
  }

  #build(name: string, options: readonly string[]): void {
    const source = resolve(SOURCES, `${name}.c`);
    try {
      execFileSync('cc', ['-shared', '-fPIC', '-O1', '-o', this.#library(name), source, ...options], { stdio: 'pipe' });
    } catch (error) {
      throw new Error(`cc cannot build ${source}: ${messageOf(error)}`);
    }
  }
}

function driverFile({ driver }: StaticGpu): string | undefined {
  return DRIVER_FOLDERS.filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder).map((file) => join(folder, file)))
    .find((path) => path.includes(`/${driver}_icd.`));
}
