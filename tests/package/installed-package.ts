import { execFile, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { png } from '../support/png.ts';

const run = promisify(execFile);

/** The environment without variables of the test runner, which would make bundlers build for tests. */
const { NODE_ENV: _1, VITEST: _2, ...ENVIRONMENT } = process.env;

interface Others {
  /** Packages that are copied from this project's `node_modules`. */
  readonly local?: readonly string[];
  /** Packages that npm downloads. Without any, npm runs offline. */
  readonly downloaded?: readonly string[];
}

/** An empty folder with this package installed from its tarball. */
export class InstalledPackage {
  private constructor(
    readonly folder: string,
    readonly tarball: string,
  ) {}

  /**
   * Packs the built package and installs it.
   * @param others packages to install beside it.
   * @throws Error if the package has not been built.
   */
  static async install({ local = [], downloaded = [] }: Others = {}): Promise<InstalledPackage> {
    if (!existsSync('dist/lib/index.d.ts')) throw new Error('dist/lib is missing: run `npm run build` first.');
    const folder = mkdtempSync(join(tmpdir(), 'hwgq-package-'));
    // Without this file npm installs into a parent folder that has one.
    writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
    // The scripts of packing would build again.
    const { stdout } = await run('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder]);
    const tarball = join(folder, stdout.trim());
    const options = ['--no-audit', '--no-fund', '--ignore-scripts', '--silent', '--install-links'];
    const reach = downloaded.length > 0 ? '--prefer-offline' : '--offline';
    const packages = [tarball, ...dependencyFolders('.'), ...local.flatMap(withDependencies), ...downloaded];
    await run('npm', ['install', reach, ...options, ...packages], { cwd: folder });
    return new InstalledPackage(folder, tarball);
  }

  /** Writes files, in folders that need not exist. */
  write(files: Readonly<Record<string, string | Uint8Array>>): void {
    for (const [name, content] of Object.entries(files)) {
      const path = join(this.folder, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
    }
  }

  /** Writes a model that the package lacks, and a picture of the digit 1 for it. */
  writeDigits(folder = '.'): void {
    mkdirSync(join(this.folder, folder), { recursive: true });
    cpSync('models/lenet.hwgq', join(this.folder, folder, 'lenet.hwgq'));
    this.write({ [join(folder, 'one.png')]: pictureOfOne() });
  }

  /** Runs a program in the folder. @returns its standard output. */
  async run(program: string, ...words: readonly string[]): Promise<string> {
    const { stdout } = await run(program, words, { cwd: this.folder, env: ENVIRONMENT }).catch((error) => {
      throw new Error(`${error.message}${error.stdout}`);
    });
    return stdout;
  }

  /** Starts a program in the folder that runs until it is stopped. */
  start(program: string, ...words: readonly string[]): { readonly firstOutput: Promise<string>; stop(): void } {
    const child = spawn(program, words, { cwd: this.folder, env: ENVIRONMENT, stdio: ['ignore', 'pipe', 'inherit'] });
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

/** Folders of a package and of everything that it depends on. */
function withDependencies(name: string): readonly string[] {
  const folder = resolve('node_modules', name);
  return [folder, ...dependencyFolders(folder)];
}

function dependencyFolders(folder: string): readonly string[] {
  const { dependencies = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return [...new Set(Object.keys(dependencies).flatMap(withDependencies))];
}

/** Returns a PNG file of an upright stroke of ink on paper. */
export function pictureOfOne(): Uint8Array {
  const side = 40;
  const samples = Uint8Array.from({ length: side * side }, (_, index) => {
    const [x, y] = [index % side, Math.floor(index / side)];
    return x >= 18 && x < 22 && y >= 8 && y < 32 ? 0 : 255;
  });
  return png({ width: side, height: side, colourType: 0, samples });
}
