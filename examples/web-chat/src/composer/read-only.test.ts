import type { RoomState } from '@roomful/client'
import { expect, test } from 'vitest'
import { firstSeen, mutedUntil, slowUntil } from './read-only'

const NOON = '2026-01-15T12:00:00.000Z'
const state = (part: object): RoomState => part as RoomState
const sent = (senderId: string, status = 'sent') => ({ senderId, status, createdAt: NOON, key: NOON })
const atNoon = () => Date.parse(NOON)
const slow = (part: object = {}) =>
  state({
    room: { settings: { slowModeSeconds: 30 } },
    role: 'member',
    messages: [sent('me'), sent('ben')],
    ...part,
  })

test('in slow mode a member waits from their own last message on', () => {
  expect(slowUntil(slow(), 'me', atNoon)).toBe(Date.parse(NOON) + 30_000)
})

test('the clock of a device that is ten minutes behind makes nobody wait for ten minutes more', () => {
  let now = Date.parse(NOON) - 600_000
  const began = now
  const seenAt = firstSeen(() => now)
  expect(slowUntil(slow(), 'me', seenAt)).toBe(began + 30_000)
  now += 20_000
  expect(slowUntil(slow(), 'me', seenAt)).toBe(began + 30_000)
  const later = slow({ messages: [{ ...sent('me'), key: 'later' }] })
  expect(slowUntil(later, 'me', seenAt)).toBe(began + 50_000)
})

test.each([
  ['who moderates', { role: 'admin' }],
  ['who has written nothing', { messages: [sent('ben')] }],
  ['who has only joined', { messages: [{ ...sent('me'), type: 'system' }] }],
  ['whose message was refused', { messages: [sent('me', 'failed')] }],
  ['in a room without it', { room: { settings: {} } }],
])('nobody waits %s', (_, part) => {
  expect(slowUntil(slow(part), 'me', atNoon)).toBe(null)
})

test('a mute is the own one', () => {
  const members = [{ userId: 'ben', mutedUntil: NOON }, { userId: 'me' }]
  expect(mutedUntil(state({ members }), 'me')).toBe(null)
  expect(mutedUntil(state({ members }), 'ben')).toBe(Date.parse(NOON))
})
