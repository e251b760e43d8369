import { instantiateKernels } from './kernels.ts';
import { TeamMember, type TeamTask } from './team-member.ts';

/** A thread that waits for work on its leader's memory, until it is terminated. */
addEventListener('message', async ({ data }: MessageEvent<TeamTask>) => {
  const member = new TeamMember(await instantiateKernels(data.module, data.memory), data);
  postMessage('ready');
  member.follow();
});
