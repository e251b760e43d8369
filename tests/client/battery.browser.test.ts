import { afterEach, expect, it, vi } from 'vitest';
import { watchBattery } from '../../src/client/battery.ts';

afterEach(() => vi.restoreAllMocks());

type BatteryNavigator = { getBattery(): Promise<EventTarget> };

it('tells whether the machine lives on its battery, until it is told to stop', async () => {
  const battery = Object.assign(new EventTarget(), { charging: true });
  vi.spyOn(navigator as unknown as BatteryNavigator, 'getBattery').mockResolvedValue(battery);
  const told: boolean[] = [];
  const controller = new AbortController();
  watchBattery((isOnBattery) => told.push(isOnBattery), controller.signal);
  await expect.poll(() => told).toEqual([false]);
  battery.charging = false;
  battery.dispatchEvent(new Event('chargingchange'));
  expect(told).toEqual([false, true]);
  controller.abort();
  battery.dispatchEvent(new Event('chargingchange'));
  expect(told).toEqual([false, true]);
});

it('says nothing where the browser does not', async () => {
  const refused = vi.spyOn(navigator as unknown as BatteryNavigator, 'getBattery');
  refused.mockRejectedValue(new DOMException('', 'NotAllowedError'));
  const told: boolean[] = [];
  watchBattery((isOnBattery) => told.push(isOnBattery), new AbortController().signal);
  await new Promise((resolve) => setTimeout(resolve));
  expect(told).toEqual([]);
});
