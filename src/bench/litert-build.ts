/** Builds of the runtime. Threads require relaxed SIMD. */
const BUILDS = {
  compatible: 'litert_wasm_compat_internal.js',
  relaxed: 'litert_wasm_internal.js',
  threaded: 'litert_wasm_threaded_internal.js',
} as const;

/** Returns the file name of the fastest build of LiteRT.js that the browser supports. */
export async function liteRtBuild(
  lite: Pick<typeof import('@litertjs/core'), 'supportsFeature'>,
  threads: number,
): Promise<string> {
  if (threads > 1) return BUILDS.threaded;
  return (await lite.supportsFeature('relaxedSimd')) ? BUILDS.relaxed : BUILDS.compatible;
}
