declare module '*?wasm=plain' {
  /** The kernels as WebAssembly, in base64 (vite-plugin-assemblyscript.ts). */
  const base64: string;
  export default base64;
}
declare module '*?wasm=relaxed' {
  const base64: string;
  export default base64;
}
declare module '*?wasm=plain-shared' {
  const base64: string;
  export default base64;
}
declare module '*?wasm=relaxed-shared' {
  const base64: string;
  export default base64;
}
