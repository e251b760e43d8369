import { expose } from 'comlink';
import { announceReady } from './handshake.ts';
import { HostedModel } from './hosted-model.ts';
import { installErrorTransfer } from './protocol.ts';
import { Scheduler } from './scheduler.ts';

const scheduler = new Scheduler();

installErrorTransfer();
// Each classifier comes with a port of its own.
addEventListener('message', ({ ports: [port] }) => {
  if (port) expose(new HostedModel(scheduler.join()), port);
});
announceReady();
