import { expect, test } from 'vitest'
import { scheduleOf } from './schedule'

const MINUTES = 120_000
const SEEDS = Array.from({ length: 50 }, (_, seed) => seed)

test('the same seed is the same schedule, another one another', () => {
  expect(scheduleOf(7, MINUTES)).toEqual(scheduleOf(7, MINUTES))
  expect(scheduleOf(8, MINUTES)).not.toEqual(scheduleOf(7, MINUTES))
})

test('two minutes have every kind of fault on both sides, and the server dies at least twice', () => {
  for (const seed of SEEDS) {
    const planned = scheduleOf(seed, MINUTES)
    const names = (side: string) =>
      new Set(planned.flatMap((one) => ('side' in one && one.side === side ? [one.name] : [])))
    const all = [
      'offline',
      'half-open',
      'loss',
      'doubled',
      'reordered',
      'slow',
      'cuts',
      'disk full',
      'reload',
    ]
    for (const side of ['anna', 'ben']) expect([...names(side)].sort()).toEqual([...all].sort())
    expect(planned.filter(({ kind }) => kind === 'restart').length).toBeGreaterThanOrEqual(2)
  }
})

test('no knob is turned again before it is back, and none stays turned past the end', () => {
  for (const seed of SEEDS) {
    const until = new Map<string, number>()
    for (const one of scheduleOf(seed, MINUTES)) {
      if (one.kind !== 'knobs') continue
      for (const knob of Object.keys(one.knobs)) {
        expect(until.get(`${one.side} ${knob}`) ?? 0).toBeLessThanOrEqual(one.at)
        until.set(`${one.side} ${knob}`, one.at + one.forMs)
      }
      expect(one.at + one.forMs).toBeLessThanOrEqual(MINUTES)
    }
  }
})

test('a side is not reloaded while its disk is full', () => {
  for (const seed of SEEDS) {
    const planned = scheduleOf(seed, MINUTES)
    for (const reload of planned)
      if (reload.kind === 'reload')
        for (const one of planned)
          if (one.kind === 'knobs' && one.side === reload.side && one.knobs.disk === 'full')
            expect(reload.at < one.at || reload.at >= one.at + one.forMs).toBe(true)
  }
})
