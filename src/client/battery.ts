/** The part of the Battery Status API that is used here. Only Chromium has it. */
interface BatteryManager extends EventTarget {
  readonly charging: boolean;
}

interface BatteryNavigator {
  getBattery?(): Promise<BatteryManager>;
}

/**
 * Reports whether the machine runs on battery, now and after each change. Reports nothing in browsers without the Battery
 * Status API.
 */
export function watchBattery(report: (isOnBattery: boolean) => void, signal: AbortSignal): void {
  const manager = (navigator as BatteryNavigator).getBattery?.();
  manager
    ?.then((battery) => {
      const read = () => report(!battery.charging);
      battery.addEventListener('chargingchange', read, { signal });
      read();
    })
    // A permissions policy may forbid it.
    .catch(() => {});
}
