import { connect, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AsyncClosable } from '@roomful/protocol'

/** One connection through the proxy. */
type Pair = { readonly client: Socket; readonly upstream: Socket }

/**
 * A connection that can be made to fail: everything between a client and a server goes through here, byte for byte.
 *
 *   up ──cut()──▶ cut          connections are reset, new ones refused
 *   up ──freeze()──▶ frozen    connections stay open and nothing gets through: half-open, as after a dead router
 *   cut, frozen ──heal()──▶ up what was held back while frozen is forwarded first
 */
export interface TcpProxy extends AsyncClosable {
  readonly port: number
  readonly url: string
  /** Connections that are open at the moment. */
  readonly connections: number
  /** Chunks that wait for `heal`. */
  readonly held: number
  /** Resets every connection and refuses new ones. */
  cut(): void
  /** Keeps connections open but forwards nothing, in either direction; new ones are accepted and receive nothing. */
  freeze(): void
  /**
   * Loses the server's answers from now on, while the client's requests still arrive. `heal` then resets the
   * connection.
   */
  dropReplies(): void
  /** Every byte takes this long from now on; 0: no delay. */
  delay(ms: number): void
  heal(): void
  /** Resets the open connections; new ones work. */
  kick(): void
  close(): Promise<void>
}

type Mode = 'up' | 'cut' | 'frozen' | 'deaf'

/**
 * Starts a proxy in front of `targetPort` on this machine.
 *
 * @example
 * const proxy = await createTcpProxy(3000)
 * proxy.cut()
 * proxy.heal()
 */
export async function createTcpProxy(targetPort: number, host = '127.0.0.1'): Promise<TcpProxy> {
  const pairs = new Set<Pair>()
  let mode: Mode = 'up'
  let delayMs = 0
  let onHeal: (() => void)[] = []

  const server = createServer((client) => {
    if (mode === 'cut') {
      client.resetAndDestroy()
      return
    }
    const upstream = connect(targetPort, host)
    const pair = { client, upstream }
    pairs.add(pair)
    pass(client, upstream, () => false)
    pass(upstream, client, () => mode === 'deaf')
    for (const socket of [client, upstream])
      socket.on('close', () => {
        // Before, `kick` still has the other side to reset.
        if (client.destroyed && upstream.destroyed) pairs.delete(pair)
      })
  })

  function whenThawed(act: () => void): void {
    if (mode === 'frozen') onHeal.push(act)
    else act()
  }

  /**
   * For one direction of a connection: its bytes, its end and its close leave in the order in which they came, each after
   * the delay of when it came. Nothing waits for the timers: only open sockets keep the process alive.
   */
  function inTurn(): (act: () => void) => void {
    let last = Promise.resolve()
    return (act) => {
      const due = performance.now() + delayMs
      last = last.then(async () => {
        const waitMs = due - performance.now()
        if (waitMs > 0) await sleep(waitMs, undefined, { ref: false })
        whenThawed(act)
      })
    }
  }

  function pass(from: Socket, to: Socket, isLost: () => boolean): void {
    const inOrder = inTurn()
    from.on('data', (bytes) =>
      inOrder(() => {
        if (isLost() || !to.writable || to.write(bytes)) return
        from.pause()
        to.once('drain', () => from.resume())
      }),
    )
    from.on('end', () => inOrder(() => to.end()))
    // Refused and reset connections are this proxy's purpose: the other side gets a 'close' below.
    from.on('error', () => from.destroy())
    // A frozen connection sends no sign of it. What was written before it still goes out.
    from.on('close', (hadError) => inOrder(() => (hadError ? to.destroy() : to.destroySoon())))
  }

  function kick(): void {
    for (const { client, upstream } of pairs) {
      client.resetAndDestroy()
      upstream.resetAndDestroy()
    }
    pairs.clear()
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The proxy got no port')
  const { port } = address

  const proxy: TcpProxy = {
    port,
    url: `http://localhost:${port}`,
    get connections() {
      return [...pairs].filter(({ client, upstream }) => !client.destroyed && !upstream.destroyed).length
    },
    get held() {
      return onHeal.length
    },
    cut() {
      mode = 'cut'
      kick()
    },
    freeze() {
      mode = 'frozen'
    },
    dropReplies() {
      mode = 'deaf'
    },
    delay(ms) {
      delayMs = ms
    },
    heal() {
      // Bytes are missing in these streams: forwarding the rest would send the client torn frames.
      if (mode === 'deaf') kick()
      mode = 'up'
      const waiting = onHeal
      onHeal = []
      for (const act of waiting) act()
    },
    kick,
    async close() {
      onHeal = []
      mode = 'cut'
      kick()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
    async [Symbol.asyncDispose]() {
      await proxy.close()
    },
  }
  return proxy
}
