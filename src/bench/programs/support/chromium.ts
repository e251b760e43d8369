import { execSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const USUAL_PATHS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

const isRoot = process.getuid?.() === 0;

const QUIET_FLAGS = [
  '--enable-unsafe-webgpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  ...(isRoot ? ['--no-sandbox'] : []),
];

/** Flags for WebGPU on the software adapter, without background traffic. */
export const CHROMIUM_FLAGS = [...QUIET_FLAGS, '--use-webgpu-adapter=swiftshader'];

/** Additional flags that make the software GPU draw pages too, so that it imports video frames directly, as hardware does. */
export const VIDEO_FLAGS = [
  '--enable-features=Vulkan',
  '--use-vulkan=swiftshader',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--ignore-gpu-blocklist',
  '--enable-gpu-rasterization',
];

/** Additional flags for a camera that shows a moving test picture and needs no permission. */
export const CAMERA_FLAGS = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];

/** Additional flags for WebGL without a GPU, which MediaPipe converts pictures with. */
export const WEBGL_FLAGS = ['--enable-unsafe-swiftshader'];

/** Flags for WebGPU on a hardware GPU. On Linux, Chromium uses Vulkan only if it is enabled. */
const HARDWARE_GPU_FLAGS = [
  ...QUIET_FLAGS,
  '--ignore-gpu-blocklist',
  ...(process.platform === 'linux' ? ['--enable-features=Vulkan', '--use-angle=vulkan'] : []),
];

/**
 * Returns the path of Chromium: HWGQ_CHROMIUM, a usual location, or Playwright's. As root on Debian, installs it.
 * @throws Error with installation instructions if it is not found.
 */
export function findChromium(): string {
  const found = candidates().find((path) => path && existsSync(path));
  if (found) return found;
  if (isRoot && existsSync('/etc/debian_version')) {
    try {
      execSync('apt-get update -qq && apt-get install -y -qq chromium', { stdio: ['ignore', 'ignore', 'inherit'] });
    } catch {
      // apt-get has printed the reason; the error below has the instructions.
    }
    if (existsSync('/usr/bin/chromium')) return '/usr/bin/chromium';
  }
  throw new Error(
    'Chromium was not found. Install it (Debian: apt install chromium), or set HWGQ_CHROMIUM to its path.',
  );
}

/** Timeout of pages in milliseconds. It is long, because other work on the machine slows them down. */
const TIMEOUT = 60_000;

/**
 * Starts Chromium with `CHROMIUM_FLAGS`.
 * @param flags additional flags.
 */
export async function startChromium(...flags: readonly string[]): Promise<Browser> {
  const executablePath = findChromium();
  const browser = await chromium.launch({ executablePath, args: [...CHROMIUM_FLAGS, ...flags], timeout: TIMEOUT });
  return browser.on('context', (context) => context.setDefaultTimeout(TIMEOUT));
}

/**
 * Starts Chromium on a hardware GPU, in a window if there is a screen: a headless Chromium may not find the GPU.
 * @param flags additional flags.
 */
export function startChromiumOnHardware(...flags: readonly string[]): Promise<Browser> {
  const hasScreen = process.platform !== 'linux' || Boolean(process.env.DISPLAY ?? process.env.WAYLAND_DISPLAY);
  return chromium.launch({
    executablePath: findChromium(),
    args: [...HARDWARE_GPU_FLAGS, ...flags],
    headless: !hasScreen,
  });
}

function candidates(): (string | undefined)[] {
  return [process.env.HWGQ_CHROMIUM, process.env.CHROME_PATH, ...USUAL_PATHS, chromium.executablePath()];
}
