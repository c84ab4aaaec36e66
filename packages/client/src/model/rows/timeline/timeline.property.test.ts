import type { Message } from '@roomful/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  addRange,
  changedChunks,
  checkTimeline,
  chunkAt,
  covers,
  dropRange,
  emptyTimeline,
  keepOnly,
  mergeRows,
  type Range,
  rangesOf,
  rowsIn,
  seqOf,
  type Timeline,
} from '../timeline'
import { sampleRow } from './sample-rows'

/** Crosses chunk borders (128) and a block border (4,096), and leaves most seqs untouched. */
const SEQS = [1, 2, 3, 126, 127, 128, 129, 130, 255, 256, 257, 4_094, 4_095, 4_096, 4_097, 4_098]
const LAST = 4_100

const seq = fc.constantFrom(...SEQS)
const range = fc.tuple(seq, seq).map(([a, b]): Range => ({ from: Math.min(a, b), to: Math.max(a, b) }))
const row = fc
  .record({ seq, rev: fc.integer({ min: 1, max: 12 }), deleted: fc.boolean() })
  .map(({ seq, rev, deleted }) => sampleRow(seq, rev, { deleted }))

type Step =
  | { do: 'merge'; rows: Message[] }
  | { do: 'page'; range: Range; rows: Message[] }
  | { do: 'drop' | 'keep'; range: Range }

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('merge' as const), rows: fc.array(row, { maxLength: 6 }) }),
  fc.record({ do: fc.constant('page' as const), range, rows: fc.array(row, { maxLength: 8 }) }),
  fc.record({ do: fc.constantFrom('drop' as const, 'keep' as const), range }),
)

function run(t: Timeline, step: Step): Timeline {
  switch (step.do) {
    case 'merge':
      return mergeRows(t, step.rows)
    case 'page':
      return addRange(t, step.range, step.rows)
    case 'drop':
      return dropRange(t, step.range)
    case 'keep':
      return keepOnly(t, step.range)
  }
}

/** The same rules without any structure: every covered seq, with its row or null. */
type Model = Map<number, Message | null>

function runModel(model: Model, step: Step): void {
  if (!('rows' in step)) {
    for (const seq of [...model.keys()])
      if ((step.range.from <= seq && seq <= step.range.to) === (step.do === 'drop')) model.delete(seq)
    return
  }
  const { rows } = step
  const inPage = (seq: number) => step.do === 'page' && step.range.from <= seq && seq <= step.range.to
  for (const seq of SEQS)
    if (inPage(seq) && !rows.some((row) => row.seq === seq) && !model.get(seq)?.deleted) model.set(seq, null)
  for (const row of rows) {
    if (step.do === 'page' ? !inPage(row.seq) : !model.has(row.seq)) continue
    const held = model.get(row.seq)
    if (held === null || held === undefined) {
      if (step.do === 'page' || row.deleted) model.set(row.seq, row)
    } else if (row.rev > held.rev && (row.deleted || !held.deleted)) model.set(row.seq, row)
  }
}

test('any order of merges, pages and drops equals the naive model, and I7, I8 and I12 hold after each', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
      let t = emptyTimeline
      const model: Model = new Map()
      for (const step of steps) {
        const before = t
        const copy = rowsIn(before, { from: 1, to: LAST })
        t = run(t, step)
        runModel(model, step)
        checkTimeline(t)
        expect(rowsIn(t, { from: 1, to: LAST })).toEqual(
          [...model.values()].filter((row) => row !== null).sort((a, b) => a.seq - b.seq),
        )
        for (const seq of SEQS) {
          expect(covers(t, seq)).toBe(model.has(seq))
          expect(seqOf(t, `m${seq}`)).toBe(model.get(seq)?.seq)
        }
        // An older version never changes, and a tombstone that is still held has no content.
        expect(rowsIn(before, { from: 1, to: LAST })).toEqual(copy)
        if (step.do === 'drop' || step.do === 'keep') continue
        for (const row of copy)
          if (row.deleted) expect(rowsIn(t, { from: row.seq, to: row.seq })[0]?.deleted).toBe(true)
      }
    }),
    { numRuns: 200 },
  )
})

test('a step repeated changes nothing, by reference', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 10 }), step, (steps, last) => {
      const t = run(steps.reduce(run, emptyTimeline), last)
      expect(run(t, last)).toBe(t)
    }),
  )
})

test('the chunks reported as changed are enough to bring a disk up to date', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      const disk = new Map<number, readonly Message[]>()
      let t = emptyTimeline
      for (const step of steps) {
        const next = run(t, step)
        for (const index of changedChunks(t, next)) disk.set(index, chunkAt(next, index))
        t = next
      }
      const stored = [...disk.entries()].sort(([a], [b]) => a - b).flatMap(([, rows]) => rows)
      expect(stored).toEqual(rowsIn(t, { from: 1, to: LAST }))
    }),
  )
})

/** A server's history: the states of each message by rising rev; a deleted one may lose its row in the end. */
const history = fc
  .array(fc.record({ seq, kind: fc.constantFrom('edit', 'edit', 'delete', 'erase') }), { maxLength: 30 })
  .map((changes) => {
    const states: (Message | null)[][] = [SEQS.map((seq, i) => sampleRow(seq, i + 1))]
    for (const [i, { seq, kind }] of changes.entries()) {
      const now = states.at(-1) ?? []
      const rev = SEQS.length + 1 + i
      states.push(
        now.map((row) => {
          if (row === null || row.seq !== seq || row.deleted) return row
          if (kind === 'erase') return null
          return sampleRow(seq, rev, { deleted: kind === 'delete' })
        }),
      )
    }
    return states
  })

test('changes and pages of one history commute and are idempotent (I17)', () => {
  const pick = fc.record({ at: fc.nat(), range, change: fc.boolean() })
  fc.assert(
    fc.property(history, fc.array(pick, { maxLength: 30 }), (states, picks) => {
      const rowsAt = (i: number) => (states[i % states.length] ?? []).filter((row) => row !== null)
      const all = { from: 1, to: LAST }
      const snapshot = (i: number, range: Range) =>
        rowsAt(i).filter((row) => range.from <= row.seq && row.seq <= range.to)
      const steps: Step[] = picks.map(({ at, range, change }) =>
        change
          ? { do: 'merge', rows: snapshot(at, range) }
          : { do: 'page', range, rows: snapshot(states.length - 1, range) },
      )
      const last: Step = { do: 'page', range: all, rows: snapshot(states.length - 1, all) }
      const first = addRange(emptyTimeline, all, snapshot(0, all))
      const forwards = [...steps, last].reduce(run, first)
      const backwards = [last, ...steps, ...[...steps].reverse()].reduce(run, first)
      expect(rowsIn(forwards, all)).toEqual(snapshot(states.length - 1, all))
      expect(rowsIn(backwards, all)).toEqual(snapshot(states.length - 1, all))
      expect(rangesOf(backwards)).toEqual([all])
    }),
    { numRuns: 200 },
  )
})
