import type { Remote } from 'comlink';
import { PrivateWorker } from '../../../client/private-worker.ts';
import type { Stage } from '../../explain/stages.ts';
import { type ModelOffer, modelBytes } from '../../shared/shipped-models.ts';
import type { ExplainWorker } from './explain.worker.ts';

/** A model in a worker of its own that looks into it; it starts when it is first asked. */
export class NetworkExplorer {
  readonly offer: ModelOffer;
  #worker: PrivateWorker<ExplainWorker> | undefined;
  #stages: Promise<readonly Stage[]> | undefined;
  #isClosed = false;
  /** Answers what is asked when the explorer is closed: a worker that has ended does not. */
  readonly #closing: Promise<undefined>;
  #endClosing = (): void => {};

  constructor(offer: ModelOffer) {
    this.offer = offer;
    this.#closing = new Promise((resolve) => {
      this.#endClosing = () => resolve(undefined);
    });
  }

  /** @throws HwgqError `download`, `model-format`, `worker`. */
  stages(): Promise<readonly Stage[]> {
    this.#stages ??= this.#open();
    return this.#stages;
  }

  /** @returns undefined where the explorer has been closed, or is meanwhile. */
  ask<Result>(question: (worker: Remote<ExplainWorker>) => Promise<Result>): Promise<Result | undefined> {
    const answer = this.stages().then(() => (this.#isClosed ? undefined : this.#worker?.call(question)));
    return Promise.race([answer, this.#closing]);
  }

  close(): void {
    this.#isClosed = true;
    this.#endClosing();
    this.#worker?.end(new Error('The explorer has been closed.'));
  }

  async #open(): Promise<readonly Stage[]> {
    const bytes = await modelBytes(this.offer);
    if (this.#isClosed) return [];
    this.#worker = new PrivateWorker<ExplainWorker>(
      new Worker(new URL('./explain.worker.ts', import.meta.url), { type: 'module' }),
      'explorer',
    );
    return this.#worker.call((worker) => worker.open(bytes));
  }
}
