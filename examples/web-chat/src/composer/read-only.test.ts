import type { RoomState } from '@roomful/client'
import { expect, test } from 'vitest'
import { mutedUntil, slowUntil } from './read-only'

const NOON = '2026-01-15T12:00:00.000Z'
const state = (part: object): RoomState => part as RoomState
const sent = (senderId: string, status = 'sent') => ({ senderId, status, createdAt: NOON })
const slow = (part: object = {}) =>
  state({
    room: { settings: { slowModeSeconds: 30 } },
    role: 'member',
    messages: [sent('me'), sent('ben')],
    ...part,
  })

test('in slow mode a member waits from their own last message on', () => {
  expect(slowUntil(slow(), 'me')).toBe(Date.parse(NOON) + 30_000)
})

test.each([
  ['who moderates', { role: 'admin' }],
  ['who has written nothing', { messages: [sent('ben')] }],
  ['who has only joined', { messages: [{ ...sent('me'), type: 'system' }] }],
  ['whose message was refused', { messages: [sent('me', 'failed')] }],
  ['in a room without it', { room: { settings: {} } }],
])('nobody waits %s', (_, part) => {
  expect(slowUntil(slow(part), 'me')).toBe(null)
})

test('a mute is the own one', () => {
  const members = [{ userId: 'ben', mutedUntil: NOON }, { userId: 'me' }]
  expect(mutedUntil(state({ members }), 'me')).toBe(null)
  expect(mutedUntil(state({ members }), 'ben')).toBe(Date.parse(NOON))
})
