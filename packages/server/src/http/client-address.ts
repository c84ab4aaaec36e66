import type { IncomingMessage } from 'node:http'
import { isIPv6 } from 'node:net'

/** Sixteen-bit groups of an IPv6 address that a provider gives to one customer. */
const IPV6_GROUPS = 4

/**
 * The origin of a request as far as it can be trusted: the peer's address, or with `proxies` in front of this server
 * the address that the first of them saw, counted from the end of `X-Forwarded-For`. What the client wrote itself
 * stands before that and is ignored. For IPv6 it is the network: one customer has 2^64 addresses.
 */
export function clientAddress(
  { socket, headers }: Pick<IncomingMessage, 'headers'> & { socket: { remoteAddress?: string | undefined } },
  proxies: number,
): string {
  const forwarded = headers['x-forwarded-for']
  const hops = (Array.isArray(forwarded) ? forwarded.join(',') : (forwarded ?? ''))
    .split(',')
    .map((hop) => hop.trim())
  const seen = proxies > 0 ? hops.at(-proxies) : undefined
  return networkOf(seen || socket.remoteAddress || 'unknown')
}

function networkOf(address: string): string {
  const plain = address.replace(/^\[(.*)\](?::\d+)?$/, '$1').replace(/^::ffff:(?=\d+\.)/i, '')
  if (!isIPv6(plain)) return plain.replace(/:\d+$/, '')
  const [head = '', tail = ''] = plain.split('::')
  const [left, right] = [head, tail].map((part) => (part === '' ? [] : part.split(':')))
  const zeros = Array.from({ length: Math.max(0, 8 - (left?.length ?? 0) - (right?.length ?? 0)) }, () => '0')
  return [...(left ?? []), ...zeros, ...(right ?? [])].slice(0, IPV6_GROUPS).join(':')
}
