import { expect, test } from 'vitest'
import { nextStage, noStage, type Stage } from './row-stages'

const rows = (from: number, to: number): readonly string[] =>
  Array.from({ length: to - from + 1 }, (_, i) => `${from + i}`)

/** Every commit from the first rows to the second. */
function between(before: readonly string[], after: readonly string[]): readonly Stage<string>[] {
  let stage: Stage<string> = nextStage<string>(noStage, before, before)
  const stages: Stage<string>[] = []
  while (stage.items !== after) {
    stage = nextStage(stage, after, after)
    stages.push(stage)
  }
  return stages
}

const changes = (before: readonly string[], after: readonly string[]) =>
  between(before, after).map(({ items, shift, generation }) => [
    items[0],
    items.at(-1),
    ...(shift ? ['shift'] : []),
    ...(generation > 0 ? ['anew'] : []),
  ])

test('rows that come or go at one end are one commit', () => {
  expect(changes(rows(51, 100), rows(51, 101))).toEqual([['51', '101']])
  expect(changes(rows(51, 100), rows(51, 80))).toEqual([['51', '80']])
  expect(changes(rows(51, 100), rows(1, 100))).toEqual([['1', '100', 'shift']])
  expect(changes(rows(1, 100), rows(51, 100))).toEqual([['51', '100', 'shift']])
})

test('at both ends the end is first', () => {
  expect(changes(rows(51, 100), rows(1, 80))).toEqual([
    ['51', '80'],
    ['1', '80', 'shift'],
  ])
  expect(changes(rows(1, 80), rows(51, 120))).toEqual([
    ['1', '120'],
    ['51', '120', 'shift'],
  ])
  expect(changes(rows(51, 100), rows(1, 101))).toEqual([
    ['51', '101'],
    ['1', '101', 'shift'],
  ])
})

test('another part of the room begins anew, the first rows do not', () => {
  expect(changes(rows(51, 100), rows(500, 550))).toEqual([['500', '550', 'anew']])
  expect(changes([], rows(1, 50))).toEqual([['1', '50']])
})

test('rows that are left out do not count as another part', () => {
  expect(changes(rows(51, 100), [...rows(1, 50), ...rows(52, 100)])).toEqual([['1', '100', 'shift']])
})

test('the same rows are the same commit', () => {
  const items = rows(1, 3)
  const stage = nextStage<string>(noStage, items, items)
  expect(nextStage(stage, items, items)).toBe(stage)
})
