import { expect, test } from 'vitest'
import { newRoom, type RoomModel } from '../room/room-model'
import { addRange, emptyTimeline, rangesOf } from '../rows/timeline'
import { sampleRows } from '../rows/timeline/sample-rows'
import { onPageAnswered, onPageAsked, onPageWanted } from './page'

/** A room that holds `1..tail` and has asked for a page around `seq`. */
function asked(tail: number, seq: number): RoomModel {
  const room = newRoom('r1', { me: 'ada', connection: 'up', windowSize: 100, hasStore: false })
  const timeline =
    tail === 0 ? emptyTimeline : addRange(emptyTimeline, { from: 1, to: tail }, sampleRows(1, tail))
  const live = {
    ...room,
    rows: { ...room.rows, timeline, tail, lastSeq: tail },
    sync: { ...room.sync, cursor: tail, highestSeenRev: tail },
    view: { ...room.view, opened: true },
  }
  return onPageAsked(onPageWanted(live, { kind: 'around', seq, limit: 5 }))
}

const answered = (model: RoomModel, from: number, to: number): RoomModel =>
  onPageAnswered(model, {
    type: 'page-answered',
    no: model.sync.request?.no ?? 0,
    now: 0,
    random: 0,
    page: {
      ok: true,
      messages: sampleRows(from, to),
      rev: to,
      fromSeq: from,
      toSeq: to,
      lastSeq: to,
      floorSeq: 1,
    },
  })

test('in a room that was empty the tail follows the page that was asked for then (I7)', () => {
  const room = answered(asked(0, 6), 1, 1)
  expect(rangesOf(room.rows.timeline)).toEqual([{ from: 1, to: 1 }])
  expect(room).toMatchObject({ rows: { tail: 1 }, view: { wantedPage: null } })
})

test('a page past the tail has no place yet, and stays wanted (I7)', () => {
  const room = answered(asked(3, 9), 8, 10)
  expect(rangesOf(room.rows.timeline)).toEqual([{ from: 1, to: 3 }])
  expect(room).toMatchObject({
    rows: { tail: 3 },
    sync: { highestSeenRev: 10 },
    view: { wantedPage: { kind: 'around', seq: 9 } },
  })
})

test('a page that meets the tail lengthens it', () => {
  expect(answered(asked(3, 4), 2, 6)).toMatchObject({ rows: { tail: 6 }, view: { wantedPage: null } })
})
