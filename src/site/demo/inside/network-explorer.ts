import type { Remote } from 'comlink';
import { PrivateWorker } from '../../../client/private-worker.ts';
import type { Stage } from '../../explain/stages.ts';
import { type ModelOffer, modelBytes } from '../../shared/shipped-models.ts';
import type { ExplainWorker } from './explain.worker.ts';

/** Inspects a model in a dedicated worker, which starts on the first call. */
export class NetworkExplorer {
  readonly offer: ModelOffer;
  #worker: PrivateWorker<ExplainWorker> | undefined;
  #stages: Promise<readonly Stage[]> | undefined;
  #isClosed = false;
  /** Resolves pending calls when the explorer closes, because a terminated worker never answers. */
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

  /** @returns undefined if the explorer is closed before the answer arrives. */
  ask<Result>(question: (worker: Remote<ExplainWorker>) => Promise<Result>): Promise<Result | undefined> {
    const answer = this.stages().then(() => (this.#isClosed ? undefined : this.#worker?.call(question)));
    return Promise.race([answer, this.#closing]);
  }

  close(): void {
    this.#isClosed = true;
    this.#endClosing();
    this.#worker?.end(new Error('The explorer was closed.'));
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
