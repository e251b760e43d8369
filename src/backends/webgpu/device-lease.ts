import { type OpenDevice, openDevice } from './device.ts';

interface SharedDevice {
  readonly opening: Promise<OpenDevice>;
  readonly leases: Set<DeviceLease>;
}

type DevicesByPreference = Map<GPUPowerPreference | undefined, SharedDevice>;

const shared = new WeakMap<GPU, DevicesByPreference>();

/**
 * A share of a device. All leases of a thread with the same `GPU` object and power preference share one device and its
 * compiled pipelines. The device is destroyed when the last lease is released.
 */
export class DeviceLease {
  /** The device; rejects with the same errors as `openDevice`. */
  readonly opening: Promise<OpenDevice>;
  /** Called if the device is lost before the lease is released. */
  onLost: (loss: GPUDeviceLostInfo) => void = () => {};
  readonly #device: SharedDevice;
  readonly #end: () => void;

  constructor(gpu: GPU | undefined, preference: GPUPowerPreference | undefined) {
    const devices: DevicesByPreference = gpu ? devicesOf(gpu) : new Map();
    this.#device = devices.get(preference) ?? { opening: openDevice(gpu, preference), leases: new Set() };
    this.#end = () => {
      if (devices.get(preference) === this.#device) devices.delete(preference);
    };
    if (this.#device.leases.size === 0) {
      devices.set(preference, this.#device);
      this.#watch(this.#device);
    }
    this.#device.leases.add(this);
    this.opening = this.#device.opening;
  }

  /** Releases the share. More calls do nothing. */
  release(): void {
    const { opening, leases } = this.#device;
    if (!leases.delete(this) || leases.size > 0) return;
    this.#end();
    opening.then(({ device }) => device.destroy()).catch(() => {});
  }

  #watch({ opening, leases }: SharedDevice): void {
    opening
      .then(async ({ device }) => {
        const loss = await device.lost;
        // The next lease opens a new device.
        this.#end();
        for (const lease of leases) lease.onLost(loss);
      })
      .catch(this.#end);
  }
}

function devicesOf(gpu: GPU): DevicesByPreference {
  const devices = shared.get(gpu) ?? new Map();
  shared.set(gpu, devices);
  return devices;
}
