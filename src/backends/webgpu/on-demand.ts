type OnDemandShaders = typeof import('./on-demand-shaders.ts');

/** A shader that few pages need, fetched by those. */
export function onDemand(name: keyof OnDemandShaders): () => Promise<string> {
  return async () => (await import('./on-demand-shaders.ts'))[name];
}
