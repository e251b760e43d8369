import { expose } from 'comlink';
import { installErrorTransfer, READY } from '../worker/protocol.ts';
import { makeBenchModels } from './bench-models.ts';

const worker = { make: makeBenchModels };

export type ModelsWorker = typeof worker;

installErrorTransfer();
expose(worker);
postMessage(READY);
