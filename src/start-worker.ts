/**
 * Starts a module worker. Browsers refuse a worker script from another origin, but accept a `blob:` worker that imports it.
 * The other origin then has to allow it by CORS, and the page's CSP has to allow `blob:` workers.
 * @param address the absolute URL of the script.
 */
export function startWorker(address: string): Worker {
  if (new URL(address).origin === self.origin) return new Worker(address, { type: 'module' });
  const starter = new Blob([`import ${JSON.stringify(address)};`], { type: 'text/javascript' });
  const url = URL.createObjectURL(starter);
  const worker = new Worker(url, { type: 'module' });
  // The first event shows that the browser has read the blob.
  for (const event of ['message', 'error'])
    worker.addEventListener(event, () => URL.revokeObjectURL(url), { once: true });
  return worker;
}

/**
 * Starts a worker of this package.
 * @param module the caller's `import.meta.url`; undefined if a bundler has turned it into a classic script.
 * @param fileName the name of the worker's file in the package, which has all files in one folder.
 * @param start starts the worker with `new Worker(new URL(…, import.meta.url))`, the expression by which bundlers find its
 *   file. It fails if the page loads the unbundled package from another origin.
 */
export function startPackagedWorker(module: string | undefined, fileName: string, start: () => Worker): Worker {
  // Some bundlers set it to the file: URL of the source.
  if (!module?.startsWith('http')) return start();
  const { origin, href } = new URL(fileName, module);
  return origin === self.origin ? start() : startWorker(href);
}
