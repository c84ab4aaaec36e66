import { expect, test } from 'vitest'
import { handClock } from '../platform/hand-clock'
import { createTokenSource } from './token-source'

/** Lets promises run. */
const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('what auth() throws is reported, also when it comes late; after the end nothing is', async () => {
  const clock = handClock()
  const errors: unknown[] = []
  const fails: ((error: Error) => void)[] = []
  const auth = () => new Promise<string>((_, reject) => fails.push(reject))
  const tokens = createTokenSource(
    auth,
    () => clock,
    (error) => errors.push(error),
  )
  const [first, late, last] = [new Error('first'), new Error('late'), new Error('last')]

  const one = tokens.get(false)
  await tick()
  fails[0]?.(first)
  await expect(one).rejects.toBe(first)
  const two = tokens.get(false)
  await tick()
  clock.pass(15_000)
  await expect(two).rejects.toMatchObject({ code: 'TIMEOUT' })
  fails[1]?.(late)
  await tick()
  expect(errors).toEqual([first, expect.objectContaining({ code: 'TIMEOUT' }), late])

  tokens.get(false).catch(() => {})
  await tick()
  tokens.end()
  fails[2]?.(last)
  await tick()
  expect([errors.length, clock.timers()]).toEqual([3, 0])
})

test('however many want a token, auth() is called once', async () => {
  const clock = handClock()
  let calls = 0
  const tokens = createTokenSource(
    async () => `token ${++calls}`,
    () => clock,
    () => {},
  )
  expect(await Promise.all([tokens.get(false), tokens.get(true), tokens.get(false)])).toEqual(
    Array(3).fill('token 1'),
  )
  expect([await tokens.get(false), await tokens.get(true), calls]).toEqual(['token 1', 'token 2', 2])
})
