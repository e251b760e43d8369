declare module '*.wgsl' {
  /** The shader's text, its includes filled in and its marked loops written out by the build (build/plugins/wgsl.ts). */
  const text: string;
  export default text;
}
