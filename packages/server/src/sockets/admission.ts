import type { IncomingMessage } from 'node:http'
import { BlockList, isIP } from 'node:net'
import { isOriginAllowed, type Origins } from '../auth/origin'
import { Rates } from '../handlers/rates'
import { clientAddress } from '../http/client-address'
import type { Clock } from '../ports/clock'
import type { Log } from '../ports/log'

export type AdmissionOptions = {
  readonly origins: Origins
  /** Trusted proxies in front of this server. */
  readonly proxies: number
  /** Connections that one address may begin a second; 0: no limit. */
  readonly handshakesPerSecond: number
  readonly clock: Clock
  readonly log: Log
}

/** The burst, in seconds' worth of connections. */
const BURST_SECONDS = 20
/** A refused page retries for ever: each origin is logged once, up to this many origins. */
const ORIGINS_LOGGED = 100

const PRIVATE = new BlockList()
for (const [network, prefix, family] of [
  ['127.0.0.0', 8, 'ipv4'],
  ['10.0.0.0', 8, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['::1', 128, 'ipv6'],
  ['fc00::', 7, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
] as const)
  PRIVATE.addSubnet(network, prefix, family)

export type Admission = (request: IncomingMessage) => 'ORIGIN_DENIED' | 'RATE_LIMITED' | null

/** Checks whether a client may connect at all, by its headers alone. Null: it may. */
export function createAdmission(options: AdmissionOptions): Admission {
  const { origins, proxies, handshakesPerSecond: perSecond, clock, log } = options
  const rates = new Rates<string>({ perSecond, burst: perSecond * BURST_SECONDS }, clock)
  const logged = new Set<string>()

  const noteOrigin = (origin = ''): void => {
    if (logged.has(origin) || logged.size >= ORIGINS_LOGGED) return
    logged.add(origin)
    log.warn({ origin }, 'a page was refused: its origin is not among --origins (ROOMFUL_ORIGINS)')
  }

  return (request) => {
    const address = clientAddress(request, proxies)
    // Without a trusted proxy an address of a private network may be a proxy's, and stand for all clients behind it.
    const isLimited = perSecond > 0 && (proxies > 0 || !isPrivate(address))
    if (isLimited && rates.of(address).take(1) === 0) return 'RATE_LIMITED'
    if (isOriginAllowed(request.headers, { origins, trustsProxy: proxies > 0 })) return null
    noteOrigin(request.headers.origin)
    return 'ORIGIN_DENIED'
  }
}

/** An IPv6 address is known by its network only. */
function isPrivate(address: string): boolean {
  const version = isIP(address)
  if (version === 4) return PRIVATE.check(address, 'ipv4')
  const whole = `${address}::`
  return address === '0:0:0:0' || (isIP(whole) === 6 && PRIVATE.check(whole, 'ipv6'))
}
