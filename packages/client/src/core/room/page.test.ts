import { expect, test } from 'vitest'
import { addRange, emptyTimeline, rangesOf } from '../timeline'
import { sampleRows } from '../timeline/sample-rows'
import { onPageAnswered, onPageAsked, onPageWanted } from './page'
import { newRoom, type RoomCore } from './room-core'

/** A room that holds `1..tail` and has asked for a page around `seq`. */
function asked(tail: number, seq: number): RoomCore {
  const room = newRoom('r1', { me: 'ada', line: 'up', windowSize: 100, durable: false })
  const timeline =
    tail === 0 ? emptyTimeline : addRange(emptyTimeline, { from: 1, to: tail }, sampleRows(1, tail))
  const live = { ...room, opened: true, timeline, tail, cursor: tail, known: tail, lastSeq: tail }
  return onPageAsked(onPageWanted(live, { kind: 'around', seq, limit: 5 }))
}

const answered = (core: RoomCore, from: number, to: number): RoomCore =>
  onPageAnswered(core, {
    type: 'page-answered',
    no: core.request?.no ?? 0,
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
  expect(rangesOf(room.timeline)).toEqual([{ from: 1, to: 1 }])
  expect(room).toMatchObject({ tail: 1, want: null })
})

test('a page past the tail has no place yet, and stays wanted (I7)', () => {
  const room = answered(asked(3, 9), 8, 10)
  expect(rangesOf(room.timeline)).toEqual([{ from: 1, to: 3 }])
  expect(room).toMatchObject({ tail: 3, known: 10, want: { kind: 'around', seq: 9 } })
})

test('a page that meets the tail lengthens it', () => {
  expect(answered(asked(3, 4), 2, 6)).toMatchObject({ tail: 6, want: null })
})
