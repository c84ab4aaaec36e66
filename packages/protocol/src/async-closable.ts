type Disposes = typeof Symbol extends { readonly asyncDispose: infer S extends symbol }
  ? { [K in S]: () => Promise<void> }
  : object

/**
 * `AsyncDisposable`, so that `await using` closes it, if the app's `lib` has that type. Otherwise (ES2022 and DOM, as
 * in Vite's template) an empty type, because there the name itself is an error.
 */
export interface AsyncClosable extends Disposes {}
