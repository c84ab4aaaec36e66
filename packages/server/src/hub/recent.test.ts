import { expect, test } from 'vitest'
import { Recent } from './recent'

function scene() {
  let now = 1_000_000
  const recent = new Recent<string, number>({ now: () => now, setTimer: () => () => {} }, 1_000)
  const pass = (ms: number): void => {
    now += ms
  }
  return { recent, pass }
}

test('each key is remembered for its time after it was last noted, with its last value', () => {
  const { recent, pass } = scene()
  recent.note('a', 1)
  recent.note('b', 1)
  pass(600)
  recent.note('a', 2)
  pass(400)
  expect([recent.get('a'), recent.get('b'), recent.get('c')]).toEqual([2, undefined, undefined])
  pass(600)
  expect(recent.get('a')).toBe(undefined)
})

test('P11: those of two such times at most are in memory, also one that is noted again and again', () => {
  const { recent, pass } = scene()
  let most = 0
  for (let i = 0; i < 1_000; i++) {
    recent.note(`key ${i}`, i)
    recent.note('again', i)
    most = Math.max(most, recent.size)
    pass(10)
  }
  expect(most).toBeLessThanOrEqual(202)
})

test('P11: also after the clock was set back by an hour, which makes none end early', () => {
  const { recent, pass } = scene()
  const before = Array.from({ length: 100 }, (_, i) => `key ${i}`)
  for (const key of before) recent.note(key, 1)
  pass(-3_600_000)
  recent.note('one', 1)
  expect(before.every((key) => recent.get(key) === 1)).toBe(true)
  for (const key of ['two', 'three']) {
    pass(1_000)
    recent.note(key, 1)
  }
  expect(recent.size).toBe(2)
  expect(before.some((key) => recent.get(key) === 1)).toBe(false)
})
