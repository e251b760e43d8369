import { missingPart } from '../../errors.ts';

type OnDemandShaders = typeof import('./on-demand-shaders.ts');

/**
 * Returns a function that fetches a shader of `on-demand-shaders.ts`.
 * Its promise rejects with HwgqError `download` if the file cannot be fetched.
 */
export function onDemand(name: keyof OnDemandShaders): () => Promise<string> {
  return async () => (await import('./on-demand-shaders.ts').catch(missingPart))[name];
}
