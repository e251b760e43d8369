import type { OpenDevice } from '../backends/webgpu/device.ts';
import { DeviceLease } from '../backends/webgpu/device-lease.ts';
import { HwgqError } from '../errors.ts';
import { gpuOf } from './gpu.ts';
import { untilAborted, whenOpened } from './patience.ts';
import type { SessionOptions } from './runner.ts';

/** The time to wait for a device to report that it is lost, because calls may fail shortly before that. */
const LOSS_GRACE_MS = 500;
/** A GPU process that restarts may drop requests, so each is limited and repeated. */
const REOPEN_ATTEMPTS = 6;
const REOPEN_TIMEOUT_MS = 5000;

type DeviceOptions = Pick<SessionOptions, 'gpu' | 'powerPreference' | 'signal'>;

/** The thread's WebGPU device, which is replaced if it is lost. */
export class RecoveringDevice {
  /** Called when the device is lost. Everything created on it is then useless. */
  onLost: () => void = () => {};
  readonly #options: DeviceOptions;
  #lease: DeviceLease;
  #open: OpenDevice;
  /** Rejects each run in flight. */
  readonly #running = new Set<(reason: Error) => void>();
  #loss: GPUDeviceLostInfo | undefined;
  #reopening: Promise<void> | undefined;
  #isReleased = false;

  private constructor(options: DeviceOptions, lease: DeviceLease, open: OpenDevice) {
    this.#options = options;
    this.#lease = lease;
    this.#open = open;
    this.#watch();
  }

  /** @throws HwgqError `no-webgpu`; the reason of the option `signal` if it aborts. */
  static async open(options: DeviceOptions): Promise<RecoveringDevice> {
    const lease = newLease(options);
    try {
      return new RecoveringDevice(options, lease, await untilAborted(whenOpened(lease.opening), options.signal));
    } catch (error) {
      lease.release();
      throw error;
    }
  }

  /** The current device. */
  get current(): OpenDevice {
    return this.#open;
  }

  /**
   * Runs work on the device, and repeats it on a new device if the device is lost.
   * @throws HwgqError `device-lost` if no new device can be opened or the new one is lost too, and the errors of the work.
   */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#loss) await this.#reopen(this.#loss);
    const { device } = this.#open;
    try {
      return await this.#unlessLost(work);
    } catch (error) {
      const loss = await lossBehind(error, device);
      if (!loss || this.#isReleased) throw error;
      // An overlapping run may have opened a new device already.
      if (this.#open.device === device) await this.#reopen(loss);
      return this.#again(work);
    }
  }

  /** Releases the device, which other sessions may share. Runs in flight fail. */
  release(): void {
    this.#isReleased = true;
    this.#lease.release();
  }

  async #again<T>(work: () => Promise<T>): Promise<T> {
    const { device } = this.#open;
    try {
      return await this.#unlessLost(work);
    } catch (error) {
      const loss = await lossBehind(error, device);
      throw loss ? deviceLost(loss, 'was lost again when the work was repeated', error) : error;
    }
  }

  /** Rejects when the device is lost, because the work may then never end. */
  #unlessLost<T>(work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#running.add(reject);
      work()
        .then(resolve, reject)
        .finally(() => this.#running.delete(reject));
    });
  }

  #watch(): void {
    this.#loss = undefined;
    this.#lease.onLost = (loss) => {
      this.#loss = loss;
      for (const reject of this.#running) reject(new Error('The device was lost during a run.'));
      this.onLost();
    };
  }

  /** Opens a new device, once for all runs that need it. */
  #reopen(loss: GPUDeviceLostInfo): Promise<void> {
    this.#reopening ??= this.#openAgain(loss).finally(() => {
      this.#reopening = undefined;
    });
    return this.#reopening;
  }

  async #openAgain(loss: GPUDeviceLostInfo): Promise<void> {
    let cause: unknown;
    for (let attempt = 0; attempt < REOPEN_ATTEMPTS && !this.#isReleased; attempt++) {
      this.#lease.release();
      this.#lease = newLease(this.#options);
      try {
        this.#open = await whenOpened(this.#lease.opening, REOPEN_TIMEOUT_MS);
        // Released in the meantime: the device is destroyed.
        if (this.#isReleased) this.#lease.release();
        return this.#watch();
      } catch (error) {
        cause = error;
        await pause(LOSS_GRACE_MS);
      }
    }
    throw deviceLost(loss, 'could not be opened again', cause);
  }
}

function deviceLost({ message }: GPUDeviceLostInfo, consequence: string, cause: unknown): HwgqError {
  return new HwgqError(
    'device-lost',
    `The GPU was lost (${message || 'no reason given'}) and ${consequence}. Reload the page, or use backend 'wasm'.`,
    {},
    { cause },
  );
}

/** Returns the loss that made a run fail, or undefined if it failed for another reason. */
async function lossBehind(error: unknown, device: GPUDevice): Promise<GPUDeviceLostInfo | undefined> {
  if (error instanceof HwgqError) return undefined;
  return Promise.race([device.lost, pause(LOSS_GRACE_MS).then(() => undefined)]);
}

function newLease(options: DeviceOptions): DeviceLease {
  return new DeviceLease(gpuOf(options), options.powerPreference);
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
