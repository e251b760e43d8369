import { dirname, resolve } from 'node:path';
import { build, type Plugin } from 'rolldown';
import { assemblyScript } from './assemblyscript.ts';
import { wgsl } from './wgsl.ts';

/** How the source starts a worker of this package; the file is in the last group. */
const START =
  /startPackagedWorker\(\s*import\.meta\.url,\s*'(.+?)',\s*\(\) => new Worker\(new URL\('(.+?)', import\.meta\.url\), \{ type: 'module' \}\),?\s*\)/g;

const INLINE = '?inline-worker';

/** Leaves workers out: each is a file of the package, beside the one that starts it. */
export function workerFiles(): Plugin {
  return {
    name: 'worker-files',
    transform(code) {
      const changed = code.replace(
        START,
        "startPackagedWorker(import.meta.url, '$1', () => new Worker(new URL('./$1', import.meta.url), { type: 'module' }))",
      );
      return changed === code ? undefined : { code: changed, map: null };
    },
  };
}

/** Keeps workers, with all that they load, as text inside the module that starts them, which makes a `blob:` of it. */
export function inlineWorkers(): Plugin {
  return {
    name: 'inline-workers',
    transform(code, id) {
      const imports: string[] = [];
      const changed = code.replace(START, (_, _name: string, path: string) => {
        const urlOf = `inlineWorkerUrl${imports.length}`;
        imports.push(`import ${urlOf} from ${JSON.stringify(resolve(dirname(id), path) + INLINE)};`);
        return `new Worker(${urlOf}(), { type: 'module' })`;
      });
      return changed === code ? undefined : { code: imports.join('') + changed, map: null };
    },
    async load(id) {
      if (!id.endsWith(INLINE)) return undefined;
      const text = JSON.stringify(await singleFile(id.slice(0, -INLINE.length)));
      return {
        code: `let url; export default () => url ??= URL.createObjectURL(new Blob([${text}], { type: 'text/javascript' }));`,
        map: null,
      };
    },
  };
}

async function singleFile(input: string): Promise<string> {
  const { output } = await build({
    input,
    platform: 'browser',
    transform: { target: 'es2023' },
    plugins: [assemblyScript(), wgsl(), inlineWorkers()],
    write: false,
    output: { minify: true, codeSplitting: false },
  });
  return output[0].code;
}
