import { instantiateKernels } from './kernels.ts';
import { TeamMember, type TeamTask } from './team-member.ts';

/** A thread that waits for work on its leader's memory, until it is terminated. */
async function join(task: TeamTask): Promise<void> {
  const member = new TeamMember(await instantiateKernels(task.module, task.memory), task);
  postMessage('ready');
  member.follow();
}

// Who started it hears of errors, not of rejections.
addEventListener('message', ({ data }: MessageEvent<TeamTask>) => void join(data).catch(reportError));
