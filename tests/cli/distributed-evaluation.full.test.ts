import { execFile, execFileSync, spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { SAMPLES } from '../documentation/samples.ts';
import { describeShared, shared } from '../support/shared.ts';
import { PROGRAM, temporaryFolder } from './command.ts';

const GUIDE = 'docs/guides/distributed-evaluation.md';
const folder = temporaryFolder();
const single = join(folder, 'single.json');
const run = promisify(execFile);

/** Returns the only sample of the guide that contains a text. */
function sampleWith(text: string): string {
  const found = SAMPLES.filter(({ place, code }) => place.startsWith(GUIDE) && code.includes(text));
  expect(found).toHaveLength(1);
  return found[0]?.code ?? '';
}

function isInstalled(...programs: readonly string[]): boolean {
  const folders = (process.env.PATH ?? '').split(':');
  return programs.every((program) => folders.some((place) => existsSync(join(place, program))));
}

/** Creates a folder in which `npx hwgq` is the built command. */
function jobFolder(name: string): string {
  const job = join(folder, name);
  mkdirSync(join(job, 'node_modules/.bin'), { recursive: true });
  const script = `#!/bin/sh\nexec '${process.execPath}' '${PROGRAM}' "$@"\n`;
  writeFileSync(join(job, 'node_modules/.bin/hwgq'), script, { mode: 0o755 });
  writeFileSync(join(job, 'package.json'), '{"private":true}');
  copyFileSync(resolve('models/lenet.hwgq'), join(job, 'net.hwgq'));
  symlinkSync(resolve(shared('data/mnist')), join(job, 'test'));
  return job;
}

function expectSingleRun(report: string): void {
  const read = (file: string) => {
    const { batch, shards, seconds, model, data, ...results } = JSON.parse(readFileSync(file, 'utf8'));
    return results;
  };
  expect(read(report)).toEqual(read(single));
}

describeShared('the guide to distributed evaluation', () => {
  beforeAll(async () => {
    const places = ['--data', shared('data/mnist'), '--json', single, '--matrix', join(folder, 'single.png')];
    await run(process.execPath, [PROGRAM, 'evaluate', 'models/lenet.hwgq', ...places, '--backend', 'wasm']);
  });

  it.skipIf(!isInstalled('parallel'))('gives the results of a single run with GNU parallel', async () => {
    const job = jobFolder('parallel');
    await run('sh', ['-ec', sampleWith('--shard {}/8 --json')], { cwd: job });
    expectSingleRun(join(job, 'report.json'));
  });

  describe.skipIf(!isInstalled('slurmctld', 'slurmd', 'sbatch') || process.getuid?.() !== 0)('with Slurm', () => {
    const configuration = join(folder, 'slurm.conf');
    const env = { ...process.env, SLURM_CONF: configuration };
    const daemons: ReturnType<typeof spawn>[] = [];

    beforeAll(async () => {
      const host = hostname().split('.', 1)[0];
      const settings = [
        'ClusterName=test',
        `SlurmctldHost=${host}`,
        'SlurmUser=root',
        'AuthType=auth/none',
        'CredType=cred/none',
        ...['StateSaveLocation=state', 'SlurmdSpoolDir=spool', 'SlurmctldPidFile=ctld.pid', 'SlurmdPidFile=d.pid'].map(
          (setting) => setting.replace('=', `=${folder}/`),
        ),
        'ProctrackType=proctrack/pgid',
        'TaskPlugin=task/none',
        'SelectType=select/cons_tres',
        'SelectTypeParameters=CR_CPU',
        'MpiDefault=none',
        `NodeName=${host} CPUs=2 State=UNKNOWN`,
        'PartitionName=all Nodes=ALL Default=YES State=UP',
      ];
      writeFileSync(configuration, `${settings.join('\n')}\n`);
      for (const name of ['state', 'spool']) mkdirSync(join(folder, name));
      for (const program of ['slurmctld', 'slurmd']) {
        daemons.push(spawn(program, ['-D', '-f', configuration], { stdio: 'ignore' }));
      }
      const state = () => execFileSync('sinfo', ['--noheader', '--format=%T'], { env, encoding: 'utf8' });
      await vi.waitFor(() => expect(state()).toMatch(/^idle/), { timeout: 30_000, interval: 500 });
    });

    afterAll(async () => {
      const ended = daemons.map((daemon) => new Promise((done) => daemon.once('exit', done)));
      for (const daemon of daemons) daemon.kill();
      await Promise.all(ended);
    });

    it('gives the results of a single run', async () => {
      const job = jobFolder('slurm');
      const script = sampleWith('#SBATCH').replace('/shared/test', join(job, 'test'));
      writeFileSync(join(job, 'evaluate.sh'), script);
      await run('sh', ['-ec', sampleWith('sbatch --parsable').replace('--wrap', '--wait --wrap')], { cwd: job, env });
      expectSingleRun(join(job, 'report.json'));
    });
  });
});
