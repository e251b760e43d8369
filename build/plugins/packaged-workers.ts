import { dirname, resolve } from 'node:path';
import { build, type Plugin } from 'rolldown';
import { assemblyScript } from './assemblyscript.ts';
import { wgsl } from './wgsl.ts';

/** Matches the code that starts a worker of this package: the file name in the package, then the path of its source. */
const START =
  /startPackagedWorker\(\s*import\.meta\.url,\s*'(.+?)',\s*\(\) => new Worker\(new URL\('(.+?)', import\.meta\.url\), \{ type: 'module' \}\),?\s*\)/g;

const INLINE = '?inline-worker';

/**
 * Starts workers from separate files beside the file that starts them.
 * @param renamed files to start instead, by the names in the source.
 */
export function workerFiles(renamed: Readonly<Record<string, string>> = {}): Plugin {
  return {
    name: 'worker-files',
    transform(code) {
      const changed = code.replace(START, (_, name: string) => {
        const file = renamed[name] ?? name;
        return `startPackagedWorker(import.meta.url, '${file}', () => new Worker(new URL('./${file}', import.meta.url), { type: 'module' }))`;
      });
      return changed === code ? undefined : { code: changed, map: null };
    },
  };
}

/** Keeps each worker, with everything it loads, as text in the module that starts it from a `blob:` URL. */
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
