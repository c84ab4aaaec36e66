import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createDueIndex } from './due-index'

const step = fc.oneof(
  fc.record({
    id: fc.integer({ min: 0, max: 12 }).map((n) => `room-${n}`),
    at: fc.option(fc.nat({ max: 50 })),
  }),
  fc.record({ now: fc.nat({ max: 50 }) }),
)

test('what is due, and when the next is, as a walk over all would find it', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
      const index = createDueIndex()
      const model = new Map<string, number>()
      for (const one of steps) {
        if ('now' in one) {
          const due = [...model].filter(([, at]) => at <= one.now)
          const taken = index.take(one.now)
          expect([...taken].sort()).toEqual(due.map(([id]) => id).sort())
          // The earliest first.
          const times = taken.map((id) => model.get(id) ?? 0)
          expect(times).toEqual([...times].sort((a, b) => a - b))
          for (const [id] of due) model.delete(id)
        } else {
          index.set(one.id, one.at ?? Number.POSITIVE_INFINITY)
          if (one.at === null) model.delete(one.id)
          else model.set(one.id, one.at)
        }
        expect(index.next()).toBe(Math.min(...model.values()))
        for (let n = 0; n <= 12; n++)
          expect(index.at(`room-${n}`)).toBe(model.get(`room-${n}`) ?? Number.POSITIVE_INFINITY)
      }
    }),
  )
})
