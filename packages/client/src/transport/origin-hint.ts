import type { DownReason } from './port'
import { endpointOf } from './socket-connection'

/** Such a server answers at once: longer, and it is another fault. */
const TIMEOUT_MS = 2_000

/** What of a page is needed to find out. */
export type PageOrigin = {
  readonly origin: string
  readonly fetch: (url: string, init: RequestInit) => Promise<unknown>
}

/** This page; undefined where there is none, or it has no origin of its own. */
export function pageOrigin(): PageOrigin | undefined {
  const { origin } = globalThis.location ?? {}
  return origin === undefined || origin === 'null'
    ? undefined
    : { origin, fetch: (...args) => fetch(...args) }
}

/**
 * Why a connection could not be made, when the server is there and does not take pages of this origin: a browser hides
 * its refusal behind the same error as no server at all. An opaque request distinguishes the two.
 */
export async function withOriginHint(url: string, reason: DownReason, page: PageOrigin): Promise<DownReason> {
  const { host, path } = endpointOf(url)
  const base = URL.canParse(host) ? new URL(host) : undefined
  if (base === undefined || base.origin === page.origin) return reason
  try {
    await page.fetch(`${base.origin}${path.replace(/socket\.io$/, 'healthz')}`, {
      ...{ mode: 'no-cors', cache: 'no-store', signal: AbortSignal.timeout(TIMEOUT_MS) },
    })
  } catch {
    return reason
  }
  const text = `${base.origin} answers, but not to pages of ${page.origin}: start it with --origins ${page.origin}`
  return { ...reason, text, hint: 'serve --origins' }
}
