/** Keeps the site on this device, models and all, so that it opens without a network; `onKept` is called once it does. */
export async function keepForOffline(onKept: () => void): Promise<void> {
  // Outside a secure context there is no service worker; while developing, files change too often to be kept.
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  try {
    await navigator.serviceWorker.register('./service-worker.js', { updateViaCache: 'none' });
    await navigator.serviceWorker.ready;
    onKept();
  } catch {
    // Storage may be full or forbidden: then the site needs its server every time.
  }
}
