import type { Transport, TransportEvent, TransportFactory } from '../transport/port'

/** What looks at everything that passes between the client and its transport. It must not throw. */
export type Tap = {
  received(event: TransportEvent): void
  /** `result`: as `Transport.request` resolves. */
  requested(event: string, payload: unknown, result: ReturnType<Transport['request']>): void
}

/** The same transport, with a look at it for each of `taps`. Nothing is recorded while there is none. */
export const tapped =
  (open: TransportFactory, taps: ReadonlySet<Tap>): TransportFactory =>
  (url, onEvent) => {
    const inner = open(url, (event) => {
      for (const tap of taps) tap.received(event)
      onEvent(event)
    })
    return {
      connect: (token) => inner.connect(token),
      disconnect: () => inner.disconnect(),
      request: (event, payload, timeoutMs) => {
        const result = inner.request(event, payload, timeoutMs)
        for (const tap of taps) tap.requested(event, payload, result)
        return result
      },
      signal: (event, payload) => inner.signal(event, payload),
      close: () => inner.close(),
    }
  }
