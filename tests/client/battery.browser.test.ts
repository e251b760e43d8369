import { afterEach, expect, it, vi } from 'vitest';
import { watchBattery } from '../../src/client/battery.ts';

afterEach(() => vi.restoreAllMocks());

type BatteryNavigator = { getBattery(): Promise<EventTarget> };

it('reports whether the machine runs on battery until its signal aborts', async () => {
  const battery = Object.assign(new EventTarget(), { charging: true });
  vi.spyOn(navigator as unknown as BatteryNavigator, 'getBattery').mockResolvedValue(battery);
  const reported: boolean[] = [];
  const controller = new AbortController();
  watchBattery((isOnBattery) => reported.push(isOnBattery), controller.signal);
  await expect.poll(() => reported).toEqual([false]);
  battery.charging = false;
  battery.dispatchEvent(new Event('chargingchange'));
  expect(reported).toEqual([false, true]);
  controller.abort();
  battery.dispatchEvent(new Event('chargingchange'));
  expect(reported).toEqual([false, true]);
});

it('reports nothing if the browser refuses', async () => {
  const refused = vi.spyOn(navigator as unknown as BatteryNavigator, 'getBattery');
  refused.mockRejectedValue(new DOMException('', 'NotAllowedError'));
  const reported: boolean[] = [];
  watchBattery((isOnBattery) => reported.push(isOnBattery), new AbortController().signal);
  await new Promise((resolve) => setTimeout(resolve));
  expect(reported).toEqual([]);
});
