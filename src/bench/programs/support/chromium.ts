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

/** WebGPU on the software adapter, and no background traffic. */
export const CHROMIUM_FLAGS = [...QUIET_FLAGS, '--use-webgpu-adapter=swiftshader'];

/** Besides: the software GPU is also what draws, so that it takes a video's frames as they are, as hardware does. */
export const VIDEO_FLAGS = [
  '--enable-features=Vulkan',
  '--use-vulkan=swiftshader',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--ignore-gpu-blocklist',
  '--enable-gpu-rasterization',
];

/** WebGPU on a GPU of hardware: on Linux Chromium takes Vulkan only where it is told to. */
const HARDWARE_GPU_FLAGS = [
  ...QUIET_FLAGS,
  '--ignore-gpu-blocklist',
  ...(process.platform === 'linux' ? ['--enable-features=Vulkan', '--use-angle=vulkan'] : []),
];

/**
 * Path of a Chromium: HWGQ_CHROMIUM, the usual places, Playwright's own; on Debian as root it is installed.
 * @throws Error with one line on how to install it.
 */
export function findChromium(): string {
  const found = candidates().find((path) => path && existsSync(path));
  if (found) return found;
  if (isRoot && existsSync('/etc/debian_version')) {
    try {
      execSync('apt-get update -qq && apt-get install -y -qq chromium', { stdio: ['ignore', 'ignore', 'inherit'] });
    } catch {
      // apt-get has said why; what to do is said below.
    }
    if (existsSync('/usr/bin/chromium')) return '/usr/bin/chromium';
  }
  throw new Error(
    'The tests need Chromium: install it (Debian: apt install chromium) or set HWGQ_CHROMIUM to its path.',
  );
}

/** Milliseconds for which a page is waited for: it is slow where other work goes on beside it. */
const PATIENCE = 60_000;

/** Starts it, with flags beside those. */
export async function startChromium(...flags: readonly string[]): Promise<Browser> {
  const executablePath = findChromium();
  const browser = await chromium.launch({ executablePath, args: [...CHROMIUM_FLAGS, ...flags], timeout: PATIENCE });
  return browser.on('context', (context) => context.setDefaultTimeout(PATIENCE));
}

/** Starts it on a GPU of hardware, which is the surest to be found in a window, where there is a screen. */
export function startChromiumOnHardware(): Promise<Browser> {
  const hasScreen = process.platform !== 'linux' || Boolean(process.env.DISPLAY ?? process.env.WAYLAND_DISPLAY);
  return chromium.launch({ executablePath: findChromium(), args: HARDWARE_GPU_FLAGS, headless: !hasScreen });
}

function candidates(): (string | undefined)[] {
  return [process.env.HWGQ_CHROMIUM, process.env.CHROME_PATH, ...USUAL_PATHS, chromium.executablePath()];
}
