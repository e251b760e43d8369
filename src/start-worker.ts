/**
 * Starts a module worker. A browser refuses one whose file is of another origin than the page, but not a worker of the
 * page's own that imports that file; the other origin then has to allow it by CORS, and the page's CSP `blob:` workers.
 * @param address absolute.
 */
export function startWorker(address: string): Worker {
  if (new URL(address).origin === self.origin) return new Worker(address, { type: 'module' });
  const starter = new Blob([`import ${JSON.stringify(address)};`], { type: 'text/javascript' });
  const url = URL.createObjectURL(starter);
  const worker = new Worker(url, { type: 'module' });
  // By then it has been read.
  for (const event of ['message', 'error'])
    worker.addEventListener(event, () => URL.revokeObjectURL(url), { once: true });
  return worker;
}

/**
 * Starts a worker of this package.
 * @param module `import.meta.url` of the caller; undefined where a bundler has made a classic script of it.
 * @param fileName of the worker in the package, where all files lie beside each other.
 * @param start starts it with `new Worker(new URL(…, import.meta.url))`, by which bundlers find its file. It fails where
 *   a page takes the package from another origin as it is.
 */
export function startPackagedWorker(module: string | undefined, fileName: string, start: () => Worker): Worker {
  // Some bundlers put the address of their source file there, which is no address on the web.
  if (!module?.startsWith('http')) return start();
  const { origin, href } = new URL(fileName, module);
  return origin === self.origin ? start() : startWorker(href);
}
