import { expect, test } from 'vitest'
import { ManualClock } from '../node/test-node'
import { readiness } from './readiness'

test('a server is ready while its database can be written to and read; it is checked once a second', async () => {
  const clock = new ManualClock()
  const database = { isFull: false, looks: 0 }
  let isDraining = false
  const isReady = readiness({
    clock,
    isDraining: () => isDraining,
    ping: async () => {
      database.looks++
      if (database.isFull) throw new Error('the disk is full')
    },
  })
  expect(await Promise.all([isReady(), isReady(), isReady()])).toEqual([true, true, true])
  expect(database.looks).toBe(1)
  database.isFull = true
  await clock.pass(1_000)
  expect([await isReady(), await isReady(), database.looks]).toEqual([false, false, 2])
  database.isFull = false
  await clock.pass(1_000)
  expect(await isReady()).toBe(true)
  isDraining = true
  expect(await isReady()).toBe(false)
})
