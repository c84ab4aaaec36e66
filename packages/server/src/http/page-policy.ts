const HOST = /^[A-Za-z0-9.-]+(:\d+)?$|^\[[0-9A-Fa-f:]+\](:\d+)?$/

/** What a page of this server may load: its own files and connections to this server; from elsewhere pictures only. */
export function pagePolicy(host: string | undefined): string {
  // Not every browser applies 'self' to websockets. The client sets the header, so only a valid host is repeated.
  const lines = host !== undefined && HOST.test(host) ? ` ws://${host} wss://${host}` : ''
  return [
    "default-src 'self'",
    "script-src 'self'",
    // Libraries that measure and place rows set style attributes.
    "style-src 'self' 'unsafe-inline'",
    // Pictures of users are where their sign-in has them.
    "img-src 'self' data: blob: https:",
    "media-src 'self' blob:",
    "font-src 'self' data:",
    `connect-src 'self'${lines}`,
    "worker-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    // Only a page of the same server: the web chat shows two people beside each other.
    "frame-ancestors 'self'",
  ].join('; ')
}
