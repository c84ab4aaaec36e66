import { addRange, emptyTimeline, mergeRows, type Timeline } from '../src/core/timeline'
import { sampleRow, sampleRows } from '../src/core/timeline/sample-rows'
import type { Case } from './measure'

/** Room for the pages that are loaded before the first message held. */
export const FIRST = 10_001

const timelines = new Map<number, Timeline>()
export function heldTimeline(held: number): Timeline {
  const last = FIRST + held - 1
  const timeline =
    timelines.get(held) ?? addRange(emptyTimeline, { from: FIRST, to: last }, sampleRows(FIRST, last))
  timelines.set(held, timeline)
  return timeline
}

/** Spread over all that is held, the same for each size. */
export const spreadSeq = (held: number, i: number): number => FIRST + ((i * 7_919) % held)

/** What the compiler must not leave out. */
export const sink: { value: unknown } = { value: undefined }

/** The timeline alone: what the store of a room stands on. */
export const timelineCases: readonly Case[] = [
  {
    name: 'timeline: a live message',
    count: 200,
    trial: (held) => {
      const base = heldTimeline(held)
      const rows = sampleRows(FIRST + held, FIRST + held + 199)
      return {
        run: (count) => {
          let t = base
          for (let i = 0; i < count; i++) {
            const row = rows[i]
            if (row) t = addRange(t, { from: row.seq, to: row.seq }, [row])
          }
          sink.value = t
        },
      }
    },
  },
  {
    name: 'timeline: an edit anywhere',
    count: 200,
    trial: (held) => {
      const base = heldTimeline(held)
      const rows = Array.from({ length: 200 }, (_, i) => sampleRow(spreadSeq(held, i), 1_000_000 + i))
      return {
        run: (count) => {
          let t = base
          for (let i = 0; i < count; i++) t = mergeRows(t, rows.slice(i, i + 1))
          sink.value = t
        },
      }
    },
  },
  {
    name: 'timeline: a page of 100 older',
    count: 20,
    trial: (held) => {
      const base = heldTimeline(held)
      const pages = Array.from({ length: 20 }, (_, i) =>
        sampleRows(FIRST - 100 * (i + 1), FIRST - 100 * i - 1),
      )
      return {
        run: (count) => {
          let t = base
          for (const [i, page] of pages.slice(0, count).entries())
            t = addRange(t, { from: FIRST - 100 * (i + 1), to: FIRST - 100 * i - 1 }, page)
          sink.value = t
        },
      }
    },
  },
]
