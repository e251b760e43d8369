import { VARIANT_NAMES } from '../backends/webgpu/variant-names.ts';
import type { AdapterDescription, KernelChoice } from '../engine/runner.ts';

/** Key in `localStorage` of an object that holds a choice for each adapter. */
const KEY = 'hwgq-web kernels';

type AdapterIdentity = Pick<AdapterDescription, 'vendor' | 'architecture' | 'device' | 'description'>;

/** Identifies an adapter as far as the browser describes it. */
function adapterKey({ vendor, architecture, device, description }: AdapterIdentity): string {
  return [vendor, architecture, device, description].join('|');
}

/** Returns the kernels that an autotune found for this machine's adapter; an empty choice if there was no autotune. */
export async function rememberedKernels(): Promise<KernelChoice> {
  const all = readAll();
  // Requesting an adapter takes a while.
  if (Object.keys(all).length === 0) return {};
  const adapter = await navigator.gpu?.requestAdapter().catch(() => null);
  return (adapter && all[adapterKey(adapter.info)]) ?? {};
}

/** Remembers kernels for an adapter. It keeps those remembered for other layer shapes. */
export function rememberKernels(adapter: AdapterIdentity, choice: KernelChoice): void {
  const all = readAll();
  const key = adapterKey(adapter);
  write({ ...all, [key]: { ...all[key], ...choice } });
}

/**
 * Returns the remembered choices by adapter. Anything that is not a choice of existing variants is removed from the
 * storage.
 */
function readAll(): Record<string, KernelChoice> {
  try {
    const text = localStorage.getItem(KEY);
    if (text === null) return {};
    const all = validChoices(parsed(text));
    if (JSON.stringify(all) !== text) write(all);
    return all;
  } catch {
    // The page may not use storage.
    return {};
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function validChoices(all: unknown): Record<string, KernelChoice> {
  const choices = entriesOf(all).map(([adapter, choice]): [string, KernelChoice] => {
    const valid = entriesOf(choice).filter(([, name]) => VARIANT_NAMES.some((known) => known === name));
    return [adapter, Object.fromEntries(valid) as KernelChoice];
  });
  return Object.fromEntries(choices.filter(([, choice]) => Object.keys(choice).length > 0));
}

function entriesOf(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}

function write(all: Record<string, KernelChoice>): void {
  try {
    if (Object.keys(all).length > 0) localStorage.setItem(KEY, JSON.stringify(all));
    else localStorage.removeItem(KEY);
  } catch {
    // Storage may be full or forbidden; the next autotune finds the kernels again.
  }
}
