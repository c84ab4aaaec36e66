/** Version 1 has no types. */
declare module 'proxy-from-env' {
  /** '': none. By the environment. */
  export function getProxyForUrl(url: string): string
}
