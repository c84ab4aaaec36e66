import { asUserId, LIMITS } from '@roomful/protocol'
import { expect, test } from 'vitest'
import { handClock } from '../platform/hand-clock'
import type { TransportEvent } from '../transport/port'
import type { Said } from './messages'
import { createSharedTransport } from './shared-transport'

const owner = { tab: 'owner', term: 'term' }
const ready: TransportEvent = {
  type: 'ready',
  ready: {
    protocol: 2,
    epoch: 'epoch-1',
    user: null,
    limits: { ...LIMITS },
    serverTime: '2026-01-01T00:00:00.000Z',
  },
}

/** A tab at the line of another, with what it says and what it tells its client. */
function attached() {
  const said: Said['type'][] = []
  const events: TransportEvent['type'][] = []
  const transport = createSharedTransport({
    me: 'me',
    clock: handClock(),
    // As a channel does, which throws for what cannot be cloned.
    say: (message) => said.push(structuredClone(message).type),
    onEvent: ({ type }) => events.push(type),
    onToken: () => {},
  })
  transport.onOwner(owner, null)
  transport.connect('token')
  const hear = (event: TransportEvent, told: number): void =>
    transport.onMessage({ type: 'event', from: owner.tab, to: 'me', term: owner.term, told, event })
  return { transport, said, events, hear }
}

test('who asked twice for the line is told twice that it is up, and tells it once', () => {
  const { hear, events } = attached()
  hear(ready, 1)
  hear(ready, 2)
  expect(events).toEqual(['ready'])
})

test('who missed something learns it by what comes next, and comes to the line anew', () => {
  const { transport, hear, said, events } = attached()
  hear(ready, 1)
  hear({ type: 'identified', user: { id: asUserId('ada'), name: 'Ada' } }, 3)
  expect(events).toEqual(['ready', 'down'])
  expect(said).toEqual(['attach', 'detach'])
  expect(transport.isAttached()).toBe(false)
})

test('a request that no channel can carry is refused, not thrown; the next one goes on its way', async () => {
  const { transport, hear, said } = attached()
  hear(ready, 1)
  const payload = { roomId: () => 'general' }
  const refused = { ok: false, code: 'INVALID_PAYLOAD', retry: 'never' }
  expect(await transport.request('add-member', payload as never, 1_000)).toMatchObject({
    kind: 'ack',
    ack: refused,
  })
  expect(() => transport.signal('typing', payload as never)).not.toThrow()
  void transport.request('add-member', { roomId: 'general' }, 1_000)
  expect(said).toEqual(['attach', 'request'])
})
