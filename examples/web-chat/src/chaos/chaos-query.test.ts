import { expect, test } from 'vitest'
import { chaosQueryOf } from './chaos-query'

test('a seed that is given is taken, and one is drawn otherwise', () => {
  expect(chaosQueryOf('?seed=42&demo', 0.5)).toEqual({
    ...{ seed: 42, seconds: 60, pace: 4, messages: 20_000, startsDemo: true },
  })
  expect(chaosQueryOf('', 0.5)).toMatchObject({ seed: 5_000, startsDemo: false })
})

test('what is no number, too much or too little becomes something sane', () => {
  expect(chaosQueryOf('?seed=x&seconds=1e9&pace=-3&messages=', 0)).toMatchObject({
    ...{ seed: 1, seconds: 3_600, pace: 1, messages: 2 },
  })
})
