import { asUserId, LIMITS } from '@roomful/protocol'
import { expect, test } from 'vitest'
import { handClock } from '../platform/hand-clock'
import type { TransportEvent } from '../transport/port'
import type { OutgoingMessage } from './messages'
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

/** A tab attached to another one's connection, with its posts and the events for its client. */
function attached() {
  const posted: OutgoingMessage['type'][] = []
  const events: TransportEvent['type'][] = []
  const transport = createSharedTransport({
    me: 'me',
    clock: handClock(),
    // As a channel does, which throws for what cannot be cloned.
    post: (message) => posted.push(structuredClone(message).type),
    onEvent: ({ type }) => events.push(type),
    onToken: (token) => token === 'token',
  })
  transport.onOwner(owner, null)
  transport.connect('token')
  const receive = (event: TransportEvent, told: number): void =>
    transport.onMessage({ type: 'event', from: owner.tab, to: 'me', term: owner.term, told, event })
  return { transport, posted, events, receive }
}

test('a tab that attached twice gets `ready` twice, and passes it on once', () => {
  const { receive, events } = attached()
  receive(ready, 1)
  receive(ready, 2)
  expect(events).toEqual(['ready'])
})

test('a tab that missed a message finds out by the next one, and attaches again', () => {
  const { receive, posted, events } = attached()
  receive(ready, 1)
  receive({ type: 'identified', user: { id: asUserId('ada'), name: 'Ada' } }, 3)
  expect(events).toEqual(['ready', 'down'])
  expect(posted).toEqual(['attach', 'detach'])
})

test('a request that no channel can carry is refused, not thrown; the next one is sent', async () => {
  const { transport, receive, posted } = attached()
  receive(ready, 1)
  const payload = { roomId: () => 'general' }
  const refused = { ok: false, code: 'INVALID_PAYLOAD', retry: 'never' }
  expect(await transport.request('add-member', payload as never, 1_000)).toMatchObject({
    kind: 'ack',
    ack: refused,
  })
  expect(() => transport.signal('typing', payload as never)).not.toThrow()
  void transport.request('add-member', { roomId: 'general' }, 1_000)
  expect(posted).toEqual(['attach', 'request'])
})

test('a tab that gets the token of another user shows it to their owner, and not to the one before (I29)', () => {
  const { transport, receive, posted, events } = attached()
  receive({ type: 'down', reason: { code: 'TOKEN_EXPIRED', text: 'expired', next: 'auth' } }, 1)
  transport.connect('of another user')
  transport.onOwner({ tab: 'their owner', term: 'their term' }, null)
  expect([posted, events]).toEqual([['attach'], ['down', 'down']])
  transport.connect('token')
  expect(posted).toEqual(['attach', 'attach'])
})
