import { expose } from 'comlink';
import { announceReady } from './handshake.ts';
import { HostedModel } from './hosted-model.ts';
import { installErrorTransfer } from './protocol.ts';
import { Scheduler } from './scheduler.ts';

const scheduler = new Scheduler();

installErrorTransfer();
// Each message contains the port of a new classifier.
addEventListener('message', ({ ports: [port] }) => {
  if (port) expose(new HostedModel(scheduler.addQueue()), port);
});
announceReady();
