import { execFileSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { findChromium } from '../../src/bench/programs/support/chromium.ts';

const DRIVER = 'vk_swiftshader_icd.json';

/**
 * Environment for a process that uses the npm package `webgpu`. By default it uses the Vulkan loader and the software
 * driver that ship with Chromium.
 */
export function vulkanEnvironment(): NodeJS.ProcessEnv {
  const folders = [dirname(realpathSync(findChromium())), '/usr/lib/chromium', '/usr/lib/chromium-browser'];
  const folder = folders.find((path) => existsSync(join(path, DRIVER)));
  if (!folder) return process.env;
  const libraries = [process.env.LD_LIBRARY_PATH, folder].filter((path) => path !== undefined);
  return { VK_ICD_FILENAMES: join(folder, DRIVER), ...process.env, LD_LIBRARY_PATH: libraries.join(delimiter) };
}

/** Whether the npm package `webgpu` finds an adapter in this environment. */
export function hasNodeGpu(): boolean {
  const script = "process.exit((await (await import('webgpu')).create([]).requestAdapter()) ? 0 : 1)";
  try {
    execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
      env: vulkanEnvironment(),
      stdio: 'ignore',
    });
    return true;
  } catch {
    return false;
  }
}
