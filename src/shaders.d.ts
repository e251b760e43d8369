declare module '*.wgsl' {
  /** The shader as the build preprocesses it (build/plugins/wgsl.ts). */
  const code: string;
  export default code;
}
// TypeScript's patterns have one wildcard, so imports with parameters are matched by their last one.
declare module '*&STRIDE=1' {
  const code: string;
  export default code;
}
declare module '*&STRIDE=2' {
  const code: string;
  export default code;
}
declare module '*&STRIDE=4' {
  const code: string;
  export default code;
}

declare module '*?BLOCKS=1' {
  const code: string;
  export default code;
}

declare module '*?BLOCKS=2' {
  const code: string;
  export default code;
}

declare module '*?BLOCKS=4' {
  const code: string;
  export default code;
}
