import { asClientId, asUserId } from '@roomful/protocol'
import { expect, test } from 'vitest'
import { checkRoom } from '../invariants'
import { type Entry, READY } from '../outbox/entry'
import { allEntries } from '../outbox/entry-list'
import { sampleRow } from '../rows/timeline/sample-rows'
import { reduceRoom } from './reduce-room'
import { onEntriesAdopted } from './restore'
import type { Restored, RoomEvent } from './room-event'
import { newRoom } from './room-model'

const base = { state: READY, attempts: 1, mayHaveBeenEmitted: true } as const
const [sent, changed, answer] = ['sent-0001', 'changed-0001', 'answer-0001'].map(asClientId)

test('what waits for a send that is confirmed here already is about that message (seed 148594)', () => {
  if (!sent || !changed || !answer) throw new Error('three ids')
  const row = { ...sampleRow(1, 1), senderId: asUserId('ada'), clientId: sent }
  const options = { me: 'ada', connection: 'down', windowSize: 200, hasStore: true } as const
  const room = newRoom('general', options)
  const model = { ...room, rows: { ...room.rows, pastTail: [row] } }
  const written = { createdAt: '2026-01-01T00:00:00.000Z', wantedAt: 0, serverAt: null }
  const left: Entry[] = [
    { ...base, kind: 'send', id: sent, order: 1, content: 'first', replyTo: null, ...written },
    { ...base, kind: 'edit', id: changed, order: 2, content: 'changed', target: { clientId: sent } },
    { ...base, kind: 'send', id: answer, order: 3, content: 'so?', replyTo: { clientId: sent }, ...written },
  ]
  expect(allEntries(onEntriesAdopted(model, left).outbox.entries)).toMatchObject([
    { id: changed, target: { id: row.id } },
    { id: answer, replyTo: { id: row.id } },
  ])
})

test('a tab that begins to write a room it knows nothing of goes on from all that the disk has of it (seed 33368)', () => {
  const options = {
    me: 'ada',
    connection: 'down',
    windowSize: 200,
    hasStore: true,
    writesRows: false,
  } as const
  const model = newRoom('general', options)
  const room: Restored = {
    cursor: 30,
    lastSeq: 27,
    ranges: [
      { from: 13, to: 18 },
      { from: 22, to: 27 },
    ],
    lastReadSeq: 24,
    floorSeq: 3,
    draft: 'half a thought',
    usedAt: 7,
  }
  const event: RoomEvent = { type: 'became-writer', room }
  const next = reduceRoom(model, event)
  checkRoom(model, event, next)
  const restored = reduceRoom(model, { type: 'restored', room, entries: [], after: 0 })
  const { rows, sync, unread, view } = restored
  expect(next).toMatchObject({ writesRows: true, rows, sync, unread, view })
  expect(next.rows).toMatchObject({ evicted: room.ranges, lastSeq: 27, floorSeq: 3 })
})

test('a room that was synced before the disk was read takes the draft from it, and no row', () => {
  const options = { me: 'ada', connection: 'up', windowSize: 200, hasStore: true } as const
  const fresh = newRoom('general', options)
  const model = { ...fresh, sync: { ...fresh.sync, cursor: 40, highestSeenRev: 40 } }
  const room: Restored = {
    ...{ cursor: 30, lastSeq: 27, ranges: [{ from: 13, to: 27 }], lastReadSeq: 24, floorSeq: 3 },
    ...{ draft: 'half a thought', usedAt: 7 },
  }
  const event: RoomEvent = { type: 'restored', room, entries: [], after: 0 }
  const next = reduceRoom(model, event)
  checkRoom(model, event, next)
  expect(next).toEqual({ ...model, view: { ...model.view, draft: 'half a thought', usedAt: 7 } })
  const typed = reduceRoom(model, { type: 'draft', text: 'newer' })
  expect(reduceRoom(typed, event).view.draft).toBe('newer')
})

test('what two tabs did in the same millisecond before both died is there once each, in order, however it goes on', () => {
  const ids = ['tab-a-0001', 'tab-b-0001', 'tab-a-0002', 'tab-b-0002'].map((id) => asClientId(id))
  const written = { createdAt: '2026-01-01T00:00:00.000Z', wantedAt: 0, serverAt: null }
  const entries = ids.map(
    (id, i): Entry => ({
      ...base,
      kind: 'send',
      id,
      order: 5 + (i >> 1),
      content: id,
      replyTo: null,
      ...written,
    }),
  )
  const options = { me: 'ada', connection: 'up', windowSize: 200, hasStore: true } as const
  let model = newRoom('general', options)
  const orderOf = (): string[] => allEntries(model.outbox.entries).map(({ id }) => id)
  const events: RoomEvent[] = [
    { type: 'restored', room: null, entries, after: 6 },
    { type: 'picked', ids },
    { type: 'unanswered', ids, error: null, now: 1, random: 0 },
    { type: 'picked', ids: ids.slice(0, 2) },
  ]
  for (const event of events) {
    model = reduceRoom(model, event)
    expect(orderOf()).toEqual(ids)
  }
})
