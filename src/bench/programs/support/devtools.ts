import type { CDPSession, Page } from 'playwright-core';

interface HeapUsage {
  readonly usedSize: number;
  readonly backingStorageSize: number;
}

/** Measures the JavaScript heaps of a page and its workers with the DevTools protocol. */
export class Heaps {
  readonly #workers = new Set<string>();
  readonly #answers = new Map<number, (result: unknown) => void>();
  #calls = 0;
  readonly #session: CDPSession;

  private constructor(session: CDPSession) {
    this.#session = session;
    session.on('Target.attachedToTarget', ({ sessionId, targetInfo }) => {
      if (targetInfo.type === 'worker') this.#workers.add(sessionId);
    });
    session.on('Target.detachedFromTarget', ({ sessionId }) => this.#workers.delete(sessionId));
    session.on('Target.receivedMessageFromTarget', ({ message }) => {
      const { id, result } = JSON.parse(message) as { id?: number; result?: unknown };
      if (id !== undefined) this.#answers.get(id)?.(result);
    });
  }

  /** Attaches to a page and to workers that start later. */
  static async of(page: Page): Promise<Heaps> {
    const session = await page.context().newCDPSession(page);
    const heaps = new Heaps(session);
    await session.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: false, flatten: false });
    return heaps;
  }

  /**
   * Returns the bytes in use after garbage collection: of the page, and of all workers together. Array buffers and WASM
   * memories are not part of a heap.
   */
  async usedBytes(): Promise<{ readonly page: number; readonly workers: number; readonly workerBuffers: number }> {
    await this.#session.send('HeapProfiler.collectGarbage');
    const { usedSize } = await this.#session.send('Runtime.getHeapUsage');
    let workers = 0;
    let workerBuffers = 0;
    for (const worker of this.#workers) {
      await this.#call(worker, 'HeapProfiler.collectGarbage');
      const usage = (await this.#call(worker, 'Runtime.getHeapUsage')) as HeapUsage;
      workers += usage.usedSize;
      workerBuffers += usage.backingStorageSize;
    }
    return { page: usedSize, workers, workerBuffers };
  }

  async #call(sessionId: string, method: string): Promise<unknown> {
    const id = ++this.#calls;
    const answer = new Promise((resolve) => this.#answers.set(id, resolve));
    await this.#session.send('Target.sendMessageToTarget', { sessionId, message: JSON.stringify({ id, method }) });
    return answer;
  }
}
