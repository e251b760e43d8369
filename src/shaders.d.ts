declare module '*.wgsl' {
  /** The shader's text, its `// #include` lines filled in by the build (vite-plugin-wgsl.ts). */
  const text: string;
  export default text;
}
