/** `Disposable` if TypeScript's `lib` has `Symbol.dispose` (`esnext.disposable`); an empty type if it has not. */
export type PlatformDisposable = SymbolConstructor extends { readonly dispose: infer Key extends symbol }
  ? { readonly [Name in Key]: () => void }
  : Record<never, never>;

/** Lets `using` dispose of the objects of a class, if the platform has `Symbol.dispose`. */
export function addSymbolDispose({ prototype }: { readonly prototype: { dispose(): void } }): void {
  if (Symbol.dispose) Object.defineProperty(prototype, Symbol.dispose, { value: prototype.dispose });
}
