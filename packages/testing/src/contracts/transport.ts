import type { RequestResult, TransportEvent } from '@roomful/client'
import { asRoomId, type ClientEvent, type Payload } from '@roomful/protocol'
import { draft, Probe, type TransportPlace, turns } from './transport-probe'

export type TransportCase = {
  readonly name: string
  readonly run: (makePlace: () => Promise<TransportPlace>) => Promise<void>
}

/** Answers that are awaited where something must not come: what was on its way is there by then. */
const LATER_REQUESTS = 3
/** The time limit of a request that is not. */
const SHORT_MS = 200
const BURST = 40

/**
 * What every `Transport` must do (`ports.transport` of `createChat`), as named cases without a test framework. The client
 * relies on each: it never repeats what may have arrived under another name, and never waits for what cannot come.
 *
 * @example
 * import { type TransportPlace, transportContract } from '@roomful/testing'
 * import { test } from 'vitest'
 * // Your transport, a server, and a network that can be cut: docs/guides/testing.md shows one.
 * declare function startPlace(): Promise<TransportPlace>
 * for (const { name, run } of transportContract) test(name, () => run(startPlace))
 */
export const transportContract: readonly TransportCase[] = [
  on('a connection begins with `ready`, which says whose it is and what the limits are', async (probe) => {
    probe.transport.connect(probe.place.token)
    await probe.until('ready', () => probe.events.length > 0)
    const [first] = probe.events
    if (first?.type !== 'ready') return same(first?.type, 'ready')
    same(first.ready.protocol, 2)
    same(typeof first.ready.epoch, 'string')
    same((first.ready.limits.frameBytes ?? 0) > 0, true)
  }),

  on('a request is answered by its own ack, also when it is refused', async (probe) => {
    await probe.ready()
    await probe.join()
    const unknown = { ...draft(probe.place, 1), roomId: asRoomId('there-is-no-such-room') }
    const drafts = [draft(probe.place, 0), unknown, draft(probe.place, 2)]
    const results = await probe.all(drafts.map((payload) => probe.ask('send-message', payload)))
    same(
      results.map((result) => {
        const ack = ackOf(result)
        return ack.ok ? ack.message.content : 'refused'
      }),
      ['message 0', 'refused', 'message 2'],
    )
  }),

  on('what one connection sends arrives in its order, and so do the events', async (probe) => {
    await probe.ready()
    await probe.join()
    const asked = Array.from({ length: BURST }, (_, i) => probe.ask('send-message', draft(probe.place, i)))
    const seqs = (await probe.all(asked)).map((result) => {
      const ack = ackOf(result)
      return ack.ok ? ack.message.seq : -1
    })
    same(
      seqs,
      seqs.map((_, i) => (seqs[0] ?? 0) + i),
    )
    await probe.until('all changes', () => probe.changes().length >= BURST)
    const revs = probe.changes()
    same(
      revs,
      [...revs].sort((a, b) => a - b),
    )
  }),

  on('without a ready connection a request is `offline` at once, and a signal is dropped', async (probe) => {
    const { transport, place } = probe
    const typing = { roomId: asRoomId(place.roomId), typing: true }
    same((await probe.join()).kind, 'offline')
    transport.signal('typing', typing)
    transport.connect(place.token)
    same((await probe.join()).kind, 'offline')
    transport.signal('typing', typing)
    await probe.until('ready', () => probe.isReady)
    same((await probe.join()).kind, 'ack')
    transport.disconnect()
    same((await probe.join()).kind, 'offline')
    transport.close()
    same((await probe.join()).kind, 'offline')
    transport.signal('typing', typing)
  }),

  on('a payload that cannot be written is refused, and the connection goes on', async (probe) => {
    await probe.ready()
    await probe.join()
    const cycle: { self?: unknown } = {}
    cycle.self = cycle
    for (const metadata of [{ n: 1n }, cycle, { run: () => {} }]) {
      const payload = { ...draft(probe.place, 0), metadata } as Payload<'send-message'>
      const ack = ackOf(await probe.request('send-message', payload))
      // What has no form in JSON may also be left out, as JSON does.
      if (!ack.ok) same(ack.code, 'INVALID_PAYLOAD')
    }
    same(ackOf(await probe.send(1)).ok, true)
    same(probe.downs, [])
  }),

  on('a request that gets no answer ends with `timeout`', async (probe) => {
    await probe.ready()
    await probe.join()
    probe.place.freeze()
    same((await probe.request('send-message', draft(probe.place, 0), SHORT_MS)).kind, 'timeout')
    same(probe.downs, [])
  }),

  on('a lost connection answers all its requests with `lost`, and only then says `down`', async (probe) => {
    await probe.ready()
    await probe.join()
    probe.place.freeze()
    const requests = Array.from({ length: 3 }, () =>
      probe.settled(probe.ask('send-message', draft(probe.place, 0))),
    )
    let atDown: unknown
    probe.onEvent = async ({ type }) => {
      if (type !== 'down') return
      await turns()
      atDown = requests.map(({ value }) => value?.kind)
    }
    await probe.cut()
    await probe.until('the turns after it', () => atDown !== undefined)
    same(atDown, ['lost', 'lost', 'lost'])
    same(
      probe.downs.map(({ next }) => next),
      ['retry'],
    )
    same((await probe.join()).kind, 'offline')
  }),

  on('after `down` nothing of that connection comes any more, and the next one is whole', async (probe) => {
    await probe.ready()
    await probe.join()
    // Their events are on the way.
    for (let i = 0; i < BURST; i++) probe.settled(probe.ask('send-message', draft(probe.place, i)))
    await probe.cut()
    const before = probe.events.length
    await probe.ready()
    same(probe.events[before]?.type, 'ready')
    // The room is not open on the new connection: an event of it would be the old one's.
    for (let i = 0; i < LATER_REQUESTS; i++) ackOf(await probe.request('list-rooms', {}))
    const late = probe.events.slice(before).filter((event) => isOf(event, 'changes'))
    same(late.length, 0)
    same(ackOf(await probe.join()).ok, true)
    same(probe.downs.length, 1)
  }),

  on(
    'a disconnect ends the requests as `lost`, says no `down`, and nothing comes after it',
    async (probe) => {
      await probe.ready()
      await probe.join()
      probe.place.freeze()
      const request = probe.settled(probe.ask('send-message', draft(probe.place, 0)))
      await turns()
      probe.transport.disconnect()
      await probe.until('its end', () => request.value !== undefined)
      same(request.value?.kind, 'lost')
      const before = probe.events.length
      probe.place.unplug()
      probe.place.plug()
      await probe.ready()
      same(probe.events[before]?.type, 'ready')
      same(probe.downs, [])
    },
  ),

  on('a disconnect while it connects: the connection never comes', async (probe) => {
    probe.transport.connect(probe.place.token)
    probe.transport.disconnect()
    await probe.ready()
    for (let i = 0; i < LATER_REQUESTS; i++) ackOf(await probe.join())
    same(probe.events.filter(({ type }) => type === 'ready').length, 1)
    same(probe.downs, [])
  }),

  on('a disconnect from inside an event: nothing of the connection comes after it', async (probe) => {
    probe.onEvent = ({ type }) => {
      if (type === 'ready') probe.transport.disconnect()
    }
    probe.transport.connect(probe.place.token)
    await probe.until('ready', () => probe.isReady)
    same((await probe.join()).kind, 'offline')
    probe.onEvent = () => {}
    const before = probe.events.length
    await probe.ready()
    same(probe.events[before]?.type, 'ready')
    same(probe.downs, [])
  }),

  on('a refused token is a `down` that says so, once; another token is taken', async (probe) => {
    probe.transport.connect(probe.place.badToken)
    await probe.until('down', () => probe.downs.length > 0)
    same(probe.downs[0]?.code, 'TOKEN_INVALID')
    same(probe.downs[0]?.next !== 'retry', true)
    same(probe.isReady, false)
    await probe.ready()
    for (let i = 0; i < LATER_REQUESTS; i++) ackOf(await probe.join())
    same(probe.downs.length, 1)
  }),

  on('no server: a `down` to retry after; a connect from inside it works', async (probe) => {
    probe.place.unplug()
    probe.onEvent = ({ type }) => {
      if (type !== 'down') return
      probe.onEvent = () => {}
      probe.place.plug()
      probe.transport.connect(probe.place.token)
    }
    probe.transport.connect(probe.place.token)
    await probe.until('ready', () => probe.isReady)
    same(
      probe.downs.map(({ next }) => next),
      ['retry'],
    )
    same(ackOf(await probe.join()).ok, true)
  }),

  on('a closed transport is over: no event, and every request has ended', async (probe) => {
    await probe.ready()
    await probe.join()
    probe.place.freeze()
    const request = probe.settled(probe.ask('send-message', draft(probe.place, 0)))
    await turns()
    probe.transport.close()
    await probe.until('its end', () => request.value !== undefined)
    same(request.value?.kind, 'lost')
    const before = probe.events.length
    probe.place.unplug()
    probe.place.plug()
    const other = probe.beside()
    await other.ready()
    for (let i = 0; i < LATER_REQUESTS; i++) ackOf(await other.join())
    other.transport.close()
    same(probe.events.length, before)
  }),
]

function on(name: string, body: (probe: Probe) => Promise<void>): TransportCase {
  return {
    name,
    run: async (makePlace) => {
      const place = await makePlace()
      const probe = new Probe(place)
      try {
        await body(probe)
      } finally {
        probe.transport.close()
        await place.dispose?.()
      }
    },
  }
}

function ackOf<E extends ClientEvent>(result: RequestResult<E>) {
  if (result.kind !== 'ack') throw new Error(`a request ended with ${result.kind}, not with its answer`)
  return result.ack
}

const isOf = (event: TransportEvent, name: string): boolean =>
  event.type === 'message' && event.message.event === name

function same(actual: unknown, expected: unknown): void {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)]
  if (a !== b) throw new Error(`expected ${b}, got ${a}`)
}
