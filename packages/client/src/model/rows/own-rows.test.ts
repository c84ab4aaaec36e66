import { asClientId, asUserId } from '@roomful/protocol'
import { expect, test } from 'vitest'
import { withOutcome } from '../outbox/outbox'
import { newRoom } from '../room/room-model'
import { keyOf, ownRow } from './own-rows'
import { addRange, emptyTimeline } from './timeline'
import { sampleRow } from './timeline/sample-rows'

const mine = sampleRow(7, 7, { senderId: asUserId('ada'), clientId: asClientId('c7') })
const room = newRoom('r1', { me: 'ada', connection: 'up', windowSize: 200, hasStore: false })

test('the key of an own message is its clientId, of others the id (I19)', () => {
  expect(keyOf(mine, 'ada')).toBe('c7')
  expect(keyOf(mine, 'bob')).toBe(mine.id)
  expect(keyOf(mine, null)).toBe(mine.id)
  const { clientId: _, ...plain } = mine
  expect(keyOf(plain, 'ada')).toBe(mine.id)
})

test('a confirmed message is found by its clientId if it is held, past the tail, or has just ended', () => {
  const timeline = addRange(emptyTimeline, { from: 7, to: 7 }, [mine])
  const held = { ...room, rows: { ...room.rows, timeline, tail: 7 } }
  expect(ownRow(held, 'c7')).toBe(mine)
  expect(ownRow({ ...room, rows: { ...room.rows, pastTail: [mine] } }, 'c7')).toBe(mine)
  expect(ownRow({ ...room, outbox: withOutcome(room.outbox, 'c7', { row: mine }) }, 'c7')).toBe(mine)
  expect(ownRow({ ...held, me: 'bob' }, 'c7')).toBeUndefined()
  expect(ownRow(room, 'c7')).toBeUndefined()
})
