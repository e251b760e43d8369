declare module '*.wgsl' {
  /** As `shaderText` takes it: a file's text and those of the files that it includes (vite-plugin-wgsl.ts). */
  const shader: readonly string[];
  export default shader;
}
