import { missingPart } from '../../errors.ts';

type OnDemandShaders = typeof import('./on-demand-shaders.ts');

/** The WGSL of a shader, or a function that fetches it. */
export type ShaderCode = string | (() => Promise<string>);

/**
 * Returns a function that fetches a shader of `on-demand-shaders.ts`.
 * Its promise rejects with HwgqError `download` if the file cannot be fetched.
 */
export function onDemand(name: keyof OnDemandShaders): ShaderCode {
  return async () => (await import('./on-demand-shaders.ts').catch(missingPart))[name];
}
