/** The part of the Battery Status API, which only Chromium has, that is used. */
interface BatteryManager extends EventTarget {
  readonly charging: boolean;
}

interface BatteryNavigator {
  getBattery?(): Promise<BatteryManager>;
}

/** Tells whether the machine lives on its battery, now and whenever that changes; nothing where the browser does not say. */
export function watchBattery(tell: (isOnBattery: boolean) => void, signal: AbortSignal): void {
  const asked = (navigator as BatteryNavigator).getBattery?.();
  asked
    ?.then((battery) => {
      const read = () => tell(!battery.charging);
      battery.addEventListener('chargingchange', read, { signal });
      read();
    })
    // A permissions policy may forbid it.
    .catch(() => {});
}
