import { exposeWorker } from '../worker/handshake.ts';
import { makeBenchModels } from './bench-models.ts';

const worker = { make: makeBenchModels };

export type ModelsWorker = typeof worker;

exposeWorker(worker);
