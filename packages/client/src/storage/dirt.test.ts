import { expect, test } from 'vitest'
import { newRoom, type RoomModel } from '../model/room/room-model'
import { addRange, emptyTimeline } from '../model/rows/timeline'
import { sampleRows } from '../model/rows/timeline/sample-rows'
import { noDirt, noteEvent, putBack } from './dirt'

const TICK = { type: 'tick', now: 0 } as const
const empty = newRoom('r1', { me: 'ann', connection: 'up', windowSize: 200, hasStore: true })
const full: RoomModel = {
  ...empty,
  rows: {
    ...empty.rows,
    timeline: addRange(emptyTimeline, { from: 1, to: 130 }, sampleRows(1, 130)),
    tail: 130,
  },
}

test('rows are read when they are written, unless they leave memory before', () => {
  const dirt = noDirt()
  expect(noteEvent(dirt, empty, full, TICK)).toBe('later')
  expect([...(dirt.rooms.get('r1')?.chunks ?? [])]).toEqual([
    [0, 'live'],
    [1, 'live'],
  ])
  const evicted = {
    ...full,
    rows: {
      ...full.rows,
      timeline: addRange(emptyTimeline, { from: 128, to: 130 }, sampleRows(128, 130)),
      evicted: [{ from: 1, to: 127 }],
    },
  }
  noteEvent(dirt, full, evicted, TICK)
  expect([...(dirt.rooms.get('r1')?.chunks ?? [])]).toEqual([
    [0, sampleRows(1, 127)],
    [1, 'live'],
  ])
  // Those that were written before are not read again.
  const clean = noDirt()
  noteEvent(clean, full, evicted, TICK)
  expect(clean.rooms.get('r1')?.chunks.has(0)).toBe(false)
})

test('what a failed write had taken is dirty again, and what was noted since is newer', () => {
  const dirt = noDirt()
  const taken = noDirt()
  const rows = sampleRows(1, 2)
  taken.rooms.set('r1', { clear: true, chunks: new Map([[0, rows]]) })
  taken.rooms.set('r2', { clear: false, chunks: new Map([[0, rows]]) })
  taken.entries.set('c1', { roomId: 'r1', entry: null })
  dirt.rooms.set('r1', { clear: false, chunks: new Map([[1, 'live']]) })
  dirt.rooms.set('r2', { clear: true, chunks: new Map() })
  putBack(dirt, taken)
  expect(dirt.rooms.get('r1')).toEqual({
    clear: true,
    chunks: new Map<number, unknown>([
      [0, rows],
      [1, 'live'],
    ]),
  })
  // Cleared since: what was there before must not come back.
  expect(dirt.rooms.get('r2')).toEqual({ clear: true, chunks: new Map() })
  expect(dirt.entries.size).toBe(1)
})

test('evicted rows that wait for the disk have a bound: then their chunks go from the disk', () => {
  const dirt = noDirt()
  const taken = noDirt()
  const chunks = new Map<number, 'live' | ReturnType<typeof sampleRows>>([[900, 'live']])
  for (let i = 0; i < 160; i++) chunks.set(i, sampleRows(i * 128 + 1, i * 128 + 127))
  taken.rooms.set('r1', { clear: false, chunks })
  putBack(dirt, taken)
  const left = dirt.rooms.get('r1')?.chunks
  expect(left?.get(900)).toBe('live')
  expect(left?.get(0)).toEqual([])
  expect(left?.size).toBe(161)
})
