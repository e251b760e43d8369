declare module '*?wasm=plain' {
  /** The compiled kernels (build/plugins/assemblyscript.ts). */
  const bytes: Uint8Array<ArrayBuffer>;
  export default bytes;
}
declare module '*?wasm=relaxed' {
  const bytes: Uint8Array<ArrayBuffer>;
  export default bytes;
}
declare module '*?wasm=plain-shared' {
  const bytes: Uint8Array<ArrayBuffer>;
  export default bytes;
}
declare module '*?wasm=relaxed-shared' {
  const bytes: Uint8Array<ArrayBuffer>;
  export default bytes;
}
