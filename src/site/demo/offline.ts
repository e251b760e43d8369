/** Installs the service worker that caches the site and its models for offline use. Calls `onKept` when it is active. */
export async function keepForOffline(onKept: () => void): Promise<void> {
  // Insecure contexts have no service worker. During development, files change too often to cache.
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  try {
    await navigator.serviceWorker.register('./service-worker.js', { updateViaCache: 'none' });
    await navigator.serviceWorker.ready;
    onKept();
  } catch {
    // Storage may be full or denied. The site then needs its server on every visit.
  }
}
