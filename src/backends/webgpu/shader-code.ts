type OnDemandShaders = typeof import('./on-demand-shaders.ts')['ON_DEMAND_SHADERS'];

/** Throws the error for a file of the library that cannot be fetched: `missingPart`. */
export type MissingPart = (cause: Error) => never;

/** The WGSL of a shader, or a function that fetches it. */
export type ShaderCode = string | ((onMissing: MissingPart) => Promise<string>);

/** Returns a function that fetches a shader of `on-demand-shaders.ts`. */
export function onDemand(name: keyof OnDemandShaders): ShaderCode {
  return async (onMissing) => (await import('./on-demand-shaders.ts').catch(onMissing)).ON_DEMAND_SHADERS[name];
}

/** Returns the text of a shader. */
export async function shaderText(code: ShaderCode, onMissing: MissingPart): Promise<string> {
  return typeof code === 'string' ? code : code(onMissing);
}
