import type { AdapterDescription, KernelChoice } from '../engine/runner.ts';

/** Where a page remembers them: an object of choices, by adapter. */
const KEY = 'hwgq-web kernels';

type AdapterIdentity = Pick<AdapterDescription, 'vendor' | 'architecture' | 'device' | 'description'>;

/** What an adapter is remembered by: as much as a browser tells of it. */
function adapterKey({ vendor, architecture, device, description }: AdapterIdentity): string {
  return [vendor, architecture, device, description].join('|');
}

/** The kernels that were the fastest on this machine's adapter; none where they were never looked for. */
export async function rememberedKernels(): Promise<KernelChoice> {
  const all = readAll();
  // Asking for an adapter takes a while.
  if (Object.keys(all).length === 0) return {};
  const adapter = await navigator.gpu?.requestAdapter().catch(() => null);
  return (adapter && all[adapterKey(adapter.info)]) ?? {};
}

/** Remembers kernels of an adapter, beside those of other layer shapes. */
export function rememberKernels(adapter: AdapterIdentity, choice: KernelChoice): void {
  const all = readAll();
  const key = adapterKey(adapter);
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...all, [key]: { ...all[key], ...choice } }));
  } catch {
    // Storage may be full or forbidden: then they are found anew next time.
  }
}

/** A name that no kernel has is passed over where kernels are chosen, so only the form is checked. */
function readAll(): Record<string, KernelChoice> {
  try {
    const all: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    return typeof all === 'object' && all !== null ? (all as Record<string, KernelChoice>) : {};
  } catch {
    return {};
  }
}
