import type { TransportEvent, TransportFactory } from '@roomful/client'
import { createFaults } from '@roomful/client/faults'
import { type TransportPlace, transportContract, waitUntil } from '@roomful/testing'
import { createTcpProxy, createTestServer, type TcpProxy, type TestServer } from '@roomful/testing/node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../../packages/client/src/platform/system-clock'
import { createConnectionHub } from '../../packages/client/src/tabs/connection-hub'
import type { OutgoingMessage } from '../../packages/client/src/tabs/messages'
import { createSharedTransport, type SharedTransport } from '../../packages/client/src/tabs/shared-transport'
import { lazyTransport } from '../../packages/client/src/transport/lazy-transport'
import { protocol1Transport } from '../../packages/client/src/transport/protocol-1/protocol-1-transport'
import { socketIoTransport } from '../../packages/client/src/transport/socket-io-transport'
import { startServer, tokenOf } from './server-fixture'

let server: TestServer
let proxy: TcpProxy

beforeAll(async () => {
  server = await createTestServer()
  proxy = await createTcpProxy(Number(new URL(server.url).port))
})

afterAll(async () => {
  await proxy.close()
  await server.close()
})

const websocket = socketIoTransport({ transports: ['websocket'] })

const transports: Record<string, () => TransportFactory> = {
  'a websocket': () => websocket,
  'the plain events of protocol 1': () => protocol1Transport({ transports: ['websocket'] }),
  polling: () => socketIoTransport({ transports: ['polling'] }),
  'code that is loaded at the first connect': () => lazyTransport(async () => websocket),
  'calm faults before it': () => createFaults().wrapTransport(websocket),
  'slow faults before it': () => {
    const faults = createFaults()
    faults.set({ latencyMs: 20 })
    return faults.wrapTransport(websocket)
  },
  'the tab that owns a shared connection': () => sharedTransport(websocket, 'owner'),
  'another tab at a shared connection': () => sharedTransport(websocket, 'other'),
}

describe.each(Object.keys(transports))('%s', (name) => {
  test.for(transportContract)('$name', ({ run }) =>
    run(() => placeOf(transports[name]?.() ?? websocket, proxy)),
  )
})

test('a connection whose token was renewed is lost like any other: not for a token that has expired', async () => {
  const brief = await startServer()
  const network = await createTcpProxy(brief.port)
  const events: TransportEvent[] = []
  const has = (found: (event: TransportEvent) => boolean) => () => events.some(found)
  const transport = websocket(network.url, (event) => events.push(event))
  transport.connect(await tokenOf('ann', { expiresInSeconds: 1 }))
  await waitUntil(
    'the server to ask for a token',
    has((event) => event.type === 'message' && event.message.event === 'bye'),
  )
  const renewed = await transport.request('refresh-token', { token: await tokenOf('ann') }, 60_000)
  expect(renewed).toMatchObject({ kind: 'ack', ack: { ok: true } })
  network.cut()
  await waitUntil(
    'the loss',
    has(({ type }) => type === 'down'),
  )
  expect(events.find(({ type }) => type === 'down')).toMatchObject({
    reason: { code: 'OFFLINE', next: 'retry' },
  })
  transport.close()
  await network.close()
  await brief.close()
})

async function placeOf(transport: TransportFactory, network: TcpProxy): Promise<TransportPlace> {
  return {
    transport,
    url: network.url,
    token: await server.token('ann'),
    badToken: 'not-a-token',
    roomId: 'general',
    unplug: () => network.cut(),
    plug: () => network.heal(),
    freeze: () => network.freeze(),
    until: async (what, condition) => void (await waitUntil(what, condition)),
    dispose: async () => {
      network.cut()
      network.heal()
    },
  }
}

/** The connection of two tabs, and the transport of one of them. Between them all is cloned and comes a turn later. */
function sharedTransport(real: TransportFactory, which: 'owner' | 'other'): TransportFactory {
  return (url, onEvent) => {
    const term = { tab: 'owner', term: 'term' }
    const tabs: Record<'owner' | 'other', SharedTransport> = {
      owner: tabOf('owner', which === 'owner' ? onEvent : () => {}),
      other: tabOf('other', which === 'other' ? onEvent : () => {}),
    }
    let told = 0
    const hub = createConnectionHub({
      me: 'owner',
      clock: systemClock,
      open: (onHubEvent) => real(url, onHubEvent),
      deliver: (tab, event) => {
        if (tab === 'owner') tabs.owner.onEvent(event)
        else toOther({ type: 'event', to: tab, term: term.term, told: ++told, event })
      },
      onUp: () => {},
      onJoined: () => {},
      onLeft: () => {},
    })
    tabs.owner.onOwner(term, hub)
    tabs.other.onOwner(term, null)

    function tabOf(me: string, listener: (event: TransportEvent) => void): SharedTransport {
      return createSharedTransport({
        me,
        clock: systemClock,
        post: (message) => later(message, toHub),
        onEvent: listener,
        onToken: () => {},
      })
    }
    function toOther(message: OutgoingMessage): void {
      later(message, (copy) => tabs.other.onMessage({ ...copy, from: 'owner' }))
    }
    function toHub(message: OutgoingMessage): void {
      if (message.type === 'attach') hub.attach('other', message.token)
      else if (message.type === 'detach') hub.detach('other', message.dead)
      else if (message.type === 'signal') hub.signal(message.event, message.payload)
      else if (message.type === 'request') {
        const { no, event, payload, timeoutMs } = message
        void hub
          .request('other', event, payload, timeoutMs)
          .then((result) =>
            toOther({ type: 'answer', to: 'other', term: term.term, told: ++told, no, result }),
          )
      }
    }
    const tab = tabs[which]
    return {
      ...tab,
      close: () => {
        tab.close()
        hub.end()
      },
    }
  }
}

function later(message: OutgoingMessage, run: (copy: OutgoingMessage) => void): void {
  const copy = structuredClone(message)
  setTimeout(() => run(copy), 0)
}
