/** A GPU that a driver of Mesa compiles for without the GPU being present. */
export interface StaticGpu {
  readonly name: string;
  readonly vendor: 'amd' | 'intel';
  /** The name of Mesa's driver in its file, such as `radeon` in `radeon_icd.x86_64.json`. */
  readonly driver: string;
  /** Environment variables that make the driver compile for this GPU. */
  readonly environment: Readonly<Record<string, string>>;
}

/** The GPUs by the name that the command accepts. */
export const STATIC_GPUS = {
  rdna2: amd('AMD RDNA 2', 'navi21'),
  rdna3: amd('AMD RDNA 3', 'gfx1100'),
  gcn5: amd('AMD GCN 5', 'vega10'),
  gen9: intel('Intel Gen9', '0x5916'),
  xe: intel('Intel Xe', '0x9a49'),
} as const satisfies Readonly<Record<string, StaticGpu>>;
export type GpuName = keyof typeof STATIC_GPUS;
export const GPU_NAMES = Object.keys(STATIC_GPUS) as readonly GpuName[];

function amd(name: string, family: string): StaticGpu {
  return { name, vendor: 'amd', driver: 'radeon', environment: { RADV_FORCE_FAMILY: family } };
}

function intel(name: string, device: string): StaticGpu {
  return { name, vendor: 'intel', driver: 'intel', environment: { INTEL_DEVICE: device } };
}
