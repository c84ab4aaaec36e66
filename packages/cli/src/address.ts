/**
 * An address of a server that may be mounted under a path.
 *
 * @example
 * addressUnder('https://example.com/api/chat', '/auth/guest').pathname // '/api/chat/auth/guest'
 */
export const addressUnder = (url: string, path: `/${string}`): URL =>
  new URL(path.slice(1), url.endsWith('/') ? url : `${url}/`)
