/** jsdom ships no types; the test that makes its own document needs no more than this. */
declare module 'jsdom' {
  export class JSDOM {
    readonly window: Window & typeof globalThis
  }
}
