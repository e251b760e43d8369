import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { decodePicture } from '../../node/decode-picture.ts';
import { median } from '../statistics.ts';

/** Speed of `hwgq evaluate`, in pictures per second, and of decoders, in milliseconds per picture: medians of all rounds. */
export interface EvaluationSpeed {
  readonly allThreads: number;
  readonly oneThread: number;
  /** The other version, if there is one. */
  readonly baseline?: number;
  readonly decoding: number;
  /** The decoder of mozjpeg, compiled to WebAssembly (@jsquash/jpeg). */
  readonly mozjpegDecoding: number;
}

/** Options of `measureEvaluation`. */
export interface EvaluationOptions {
  /** The network that is evaluated, with random weights. */
  readonly network: string;
  /** A built checkout of another version, which takes turns with this one. */
  readonly baseline?: string | undefined;
  readonly rounds: number;
}

const PROGRAM = 'dist/cli/hwgq.js';
const [WIDTH, HEIGHT] = [500, 375];
/** Number of different pictures. */
const PICTURES = 40;
/** Number of copies of each picture in the data set. */
const COPIES = 5;

const require = createRequire(import.meta.url);

/**
 * Measures `hwgq evaluate` on generated JPEGs of 500 × 375 pixels, with one thread, with one per core, and of another
 * version. All take turns.
 * @throws Error if a command has not been built or fails.
 */
export async function measureEvaluation({ network, baseline, rounds }: EvaluationOptions): Promise<EvaluationSpeed> {
  const [own, other] = [resolve(PROGRAM), baseline === undefined ? undefined : resolve(baseline, PROGRAM)];
  for (const program of [own, other]) {
    if (program && !existsSync(program)) throw new Error(`${program} does not exist. Run npm run build there first.`);
  }
  const folder = mkdtempSync(join(tmpdir(), 'hwgq-evaluation-'));
  try {
    const pictures = await writeDataSet(join(folder, 'pictures'));
    run(own, folder, 'network', network, '--model', 'net.hwgq');
    const rates = { allThreads: [], oneThread: [], baseline: [], decoding: [], mozjpegDecoding: [] } as Record<
      keyof EvaluationSpeed,
      number[]
    >;
    const mozjpeg = await mozjpegDecoder();
    for (let round = 0; round < rounds; round++) {
      if (other) rates.baseline.push(rateOf(other, folder));
      rates.allThreads.push(rateOf(own, folder));
      rates.oneThread.push(rateOf(own, folder, '--threads', '1'));
      rates.decoding.push(await millisecondsOf((file) => decodePicture(file, 'the picture'), pictures));
      rates.mozjpegDecoding.push(await millisecondsOf((file) => mozjpeg(file.buffer), pictures));
    }
    return {
      ...(other && { baseline: median(rates.baseline) }),
      allThreads: median(rates.allThreads),
      oneThread: median(rates.oneThread),
      decoding: median(rates.decoding),
      mozjpegDecoding: median(rates.mozjpegDecoding),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Writes JPEGs to class folders and returns them. */
async function writeDataSet(folder: string): Promise<Uint8Array<ArrayBuffer>[]> {
  const { default: encode, init } = await import('@jsquash/jpeg/encode.js');
  await init(compiled('@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm'));
  const files: Uint8Array<ArrayBuffer>[] = [];
  for (let index = 0; index < PICTURES; index++) {
    const pixels = { data: photo(index), width: WIDTH, height: HEIGHT, colorSpace: 'srgb' } as ImageData;
    const file = new Uint8Array(await encode(pixels, { quality: 90, progressive: false, trellis_multipass: false }));
    files.push(file);
    mkdirSync(join(folder, String(index)), { recursive: true });
    for (let copy = 0; copy < COPIES; copy++) writeFileSync(join(folder, String(index), `${copy}.jpg`), file);
  }
  return files;
}

/** Returns the pixels of a picture with coarse and fine detail, whose file is about as large as a photograph's. */
function photo(seed: number): Uint8ClampedArray<ArrayBuffer> {
  let state = seed + 1;
  const data = new Uint8ClampedArray(WIDTH * HEIGHT * 4);
  for (let index = 0; index < data.length; index++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const [channel, x, y] = [index & 3, (index >> 2) % WIDTH, Math.floor((index >> 2) / WIDTH)];
    const coarse = Math.sin((x * (seed + 3)) / 400 + channel) + Math.cos((y * (seed + 5)) / 300 - channel);
    data[index] = channel === 3 ? 255 : 128 + 50 * coarse + 30 * Math.sin(x * y * 0.001) + (state >>> 24) / 6 - 21;
  }
  return data;
}

/** Returns the pictures per second that a command reports. */
function rateOf(program: string, folder: string, ...options: string[]): number {
  const data = ['--data', 'pictures', '--backend', 'wasm', '--matrix', 'matrix.png'];
  const output = run(program, folder, 'evaluate', 'net.hwgq', ...data, ...options);
  // Earlier versions write "a second".
  const [, rate] = /^([\d.]+) pictures(?:\/s| a second)/m.exec(output) ?? [];
  if (rate === undefined) throw new Error(`${program} does not report its speed`);
  return Number(rate);
}

function run(program: string, folder: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args[0]} failed: ${stderr}`);
  return stdout;
}

async function mozjpegDecoder(): Promise<(file: ArrayBuffer) => Promise<unknown>> {
  const { default: decode, init } = await import('@jsquash/jpeg/decode.js');
  await init(compiled('@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm'));
  return decode;
}

function compiled(path: string): WebAssembly.Module {
  return new WebAssembly.Module(readFileSync(require.resolve(path)));
}

/** Returns the time that decoding a picture takes, on average. */
async function millisecondsOf(
  decode: (file: Uint8Array<ArrayBuffer>) => Promise<unknown>,
  files: readonly Uint8Array<ArrayBuffer>[],
): Promise<number> {
  const start = performance.now();
  for (const file of files) await decode(file);
  return (performance.now() - start) / files.length;
}
