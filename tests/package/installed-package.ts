import { execFile, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { png } from '../support/png.ts';

const run = promisify(execFile);

/** A folder of somebody else's, with this package installed from its tarball, a model and a picture of a one. */
export class InstalledPackage {
  private constructor(readonly folder: string) {}

  /**
   * @param others packages that are installed beside it, from the registry; without them it is not asked.
   * @throws Error where the package has not been built.
   */
  static async install(...others: readonly string[]): Promise<InstalledPackage> {
    if (!existsSync('dist/lib/index.d.ts')) throw new Error('There is no dist/lib: run `npm run build` first.');
    const folder = mkdtempSync(join(tmpdir(), 'hwgq-package-'));
    // Without it npm installs into a folder above that has one.
    writeFileSync(join(folder, 'package.json'), '{ "private": true }');
    // What packing would build has been built.
    const { stdout } = await run('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder]);
    const options = ['--no-audit', '--no-fund', '--ignore-scripts', '--silent', '--install-links'];
    const reach = others.length > 0 ? '--prefer-offline' : '--offline';
    const packages = [join(folder, stdout.trim()), ...dependencyFolders('.'), ...others];
    await run('npm', ['install', reach, ...options, ...packages], { cwd: folder });
    cpSync('models/lenet.hwgq', join(folder, 'lenet.hwgq'));
    writeFileSync(join(folder, 'one.png'), pictureOfOne());
    return new InstalledPackage(folder);
  }

  write(files: Readonly<Record<string, string>>): void {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(this.folder, name), content);
  }

  /** Runs a program there. @returns what it wrote. */
  async run(program: string, ...words: readonly string[]): Promise<string> {
    const { stdout } = await run(program, words, { cwd: this.folder }).catch((error) => {
      throw new Error(`${error.message}${error.stdout}`);
    });
    return stdout;
  }

  /** Starts a program there that goes on until it is stopped. */
  start(program: string, ...words: readonly string[]): { readonly firstOutput: Promise<string>; stop(): void } {
    const child = spawn(program, words, { cwd: this.folder, stdio: ['ignore', 'pipe', 'inherit'] });
    const firstOutput = new Promise<string>((resolve, reject) => {
      child.stdout.once('data', (data: Buffer) => resolve(data.toString()));
      child.once('exit', (code) => reject(new Error(`${program} ended with ${code}.`)));
    });
    return { firstOutput, stop: () => void child.kill() };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}

/** Where the packages that one depends on are, and those that they depend on. */
function dependencyFolders(folder: string): readonly string[] {
  const { dependencies = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const folders = Object.keys(dependencies).map((name) => resolve('node_modules', name));
  return [...new Set(folders.flatMap((one) => [one, ...dependencyFolders(one)]))];
}

/** An upright stroke of ink on paper. */
function pictureOfOne(): Uint8Array {
  const side = 40;
  const samples = Uint8Array.from({ length: side * side }, (_, index) => {
    const [x, y] = [index % side, Math.floor(index / side)];
    return x >= 18 && x < 22 && y >= 8 && y < 32 ? 0 : 255;
  });
  return png({ width: side, height: side, colourType: 0, samples });
}
