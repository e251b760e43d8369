import { expose } from 'comlink';
import { prepareSession } from '../engine/prepare-session.ts';
import { announceReady } from './handshake.ts';
import { HostedModel } from './hosted-model.ts';
import { installErrorTransfer, type LoadOptions } from './protocol.ts';
import { Scheduler } from './scheduler.ts';

const scheduler = new Scheduler();

installErrorTransfer();
// The first message may contain the options of the first classifier's session. The others contain the port of a new
// classifier.
addEventListener('message', ({ data, ports: [port] }: MessageEvent<LoadOptions>) => {
  if (port) expose(new HostedModel(scheduler.addQueue()), port);
  else prepareSession(data);
});
announceReady();

export * from '../engine/shared-parts.ts';
