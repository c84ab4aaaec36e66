import { asUserId } from '@roomful/protocol'
import { describe, expect, test } from 'vitest'
import { flushPromises, ManualClock } from '../node/test-node'
import { Gone, PictureTurns } from './picture-turns'

/** Pictures on which work takes until `end`; `begun` has their names in the order of their turns. */
function pictures() {
  const clock = new ManualClock()
  const turns = new PictureTurns(clock)
  const begun: string[] = []
  const ends: (() => void)[] = []
  const job = (name: string) =>
    turns.job(() => {
      begun.push(name)
      return new Promise<string>((resolve) => ends.push(() => resolve(name)))
    })
  /** Asks for one of their own. */
  const ask = (user: string, name: string, signal?: AbortSignal) =>
    job(name).ask({ userId: asUserId(user), signal })
  /** Ends the work under way after this time, and so many after it. */
  const end = async (count = 1, ms = 0): Promise<void> => {
    for (let ended = 0; ended < count; ended++) {
      await clock.pass(ms)
      ends.shift()?.()
      await flushPromises()
    }
  }
  return { clock, begun, job, ask, end }
}

const numbered = (name: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${name}${index + 1}`)

describe('P12: pictures are worked on', () => {
  test("one at a time, user by user, however many wait of one, and each user's in their order", async () => {
    const { begun, ask, end } = pictures()
    for (const name of numbered('a', 10)) void ask('ann', name)
    for (const name of numbered('b', 2)) void ask('bob', name)
    void ask('cid', 'c1')
    expect(begun).toEqual(['a1'])
    await end(6)
    expect(begun).toEqual(['a1', 'a2', 'b1', 'c1', 'a3', 'b2', 'a4'])
  })

  test('slow ones after those of a user whose are not, until as much time has passed as they took', async () => {
    const { clock, begun, ask, end } = pictures()
    for (const name of numbered('slow', 3)) void ask('ann', name)
    for (const name of numbered('b', 4)) void ask('bob', name)
    await end(1, 30_000)
    await end(6, 200)
    expect(begun).toEqual(['slow1', 'b1', 'b2', 'b3', 'b4', 'slow2', 'slow3'])
    await clock.pass(4 * 30_000)
    void ask('bob', 'b5')
    for (const name of numbered('a', 2)) void ask('ann', name)
    void ask('bob', 'b6')
    await end(4, 200)
    expect(begun.slice(-4)).toEqual(['b5', 'a1', 'b6', 'a2'])
  })

  test('slow ones too where nobody else waits, or all have slow ones', async () => {
    const { begun, ask, end } = pictures()
    for (const name of numbered('a', 3)) void ask('ann', name)
    for (const name of numbered('b', 3)) void ask('bob', name)
    await end(6, 30_000)
    expect(begun).toEqual(['a1', 'b1', 'a2', 'b2', 'a3', 'b3'])
  })

  test('after one whose work fails, and its failure reaches whoever asked for it', async () => {
    const turns = new PictureTurns(new ManualClock())
    const asker = { userId: asUserId('ann') }
    const failing = turns.job(() => Promise.reject(new Error('no disk'))).ask(asker)
    const next = turns.job(async () => 'done').ask(asker)
    await expect(failing).rejects.toThrow('no disk')
    expect(await next).toBe('done')
  })
})

describe('P11: pictures that wait', () => {
  test('are a hundred of a user; more of that user are RATE_LIMITED, and of nobody else', async () => {
    const { ask, end } = pictures()
    const all = numbered('a', 101).map((name) => ask('ann', name))
    const refused = { ok: false, code: 'RATE_LIMITED', limit: 100, retryAfterMs: 5_000 }
    expect(await ask('ann', 'more')).toEqual(refused)
    const other = ask('bob', 'b')
    await end(103)
    expect(await other).toBe('b')
    expect(await Promise.all(all)).toEqual(numbered('a', 101))
  })

  test('are a thousand in all; more are OVERLOADED', async () => {
    const { ask, end } = pictures()
    for (const name of numbered('a', 101)) void ask('ann', name)
    for (const user of numbered('user', 9)) for (const name of numbered('p', 100)) void ask(user, name)
    expect(await ask('bob', 'b')).toEqual({ ok: false, code: 'OVERLOADED', retryAfterMs: 5_000 })
    await end()
    const later = ask('bob', 'b')
    await end(20)
    expect(await later).toBe('b')
  })

  test('count once, however many users ask for the same', async () => {
    const { begun, job, ask, end } = pictures()
    void ask('ann', 'first')
    const shared = job('shared')
    const asked = numbered('user', 2_000).map((user) => shared.ask({ userId: asUserId(user) }))
    const own = ask('bob', 'b')
    await end(3)
    expect(new Set(await Promise.all(asked))).toEqual(new Set(['shared']))
    expect(await own).toBe('b')
    expect(begun).toEqual(['first', 'shared', 'b'])
  })

  test('are skipped once their request has ended, and take no place', async () => {
    const { begun, ask, end } = pictures()
    const leaving = [new AbortController(), ...numbered('gone', 100).map(() => new AbortController())]
    const [first, ...gone] = leaving.map(({ signal }, index) => ask('ann', `${index}`, signal))
    for (const one of leaving) one.abort()
    for (const one of gone) await expect(one).rejects.toBeInstanceOf(Gone)
    await expect(ask('ann', 'late', AbortSignal.abort())).rejects.toBeInstanceOf(Gone)
    void ask('ann', 'next')
    await end()
    // Work that had begun is kept.
    expect(await first).toBe('0')
    expect(begun).toEqual(['0', 'next'])
  })
})

describe('a picture that several users ask for', () => {
  test('is made once, in the first turn that one of them has', async () => {
    const { begun, job, ask, end } = pictures()
    for (const name of numbered('a', 3)) void ask('ann', name)
    const shared = job('shared')
    const both = ['ann', 'bob'].map((user) => shared.ask({ userId: asUserId(user) }))
    void ask('bob', 'b')
    await end(5)
    expect(begun).toEqual(['a1', 'a2', 'shared', 'a3', 'b'])
    expect(await Promise.all(both)).toEqual(['shared', 'shared'])
  })

  test('is made while one of them waits, and is forsaken when all have gone', async () => {
    const { begun, job, ask, end } = pictures()
    void ask('cid', 'first')
    const [shared, forsaken] = [job('shared'), job('forsaken')]
    const leaving = new AbortController()
    const left = [shared, forsaken].map((one) => one.ask({ userId: asUserId('ann'), signal: leaving.signal }))
    const stays = shared.ask({ userId: asUserId('bob') })
    leaving.abort()
    for (const one of left) await expect(one).rejects.toBeInstanceOf(Gone)
    expect([shared.isForsaken, forsaken.isForsaken]).toEqual([false, true])
    await end(3)
    expect(await stays).toBe('shared')
    expect(begun).toEqual(['first', 'shared'])
  })

  test('is waited for by a user who may ask for no more of their own', async () => {
    const { job, ask, end } = pictures()
    void ask('bob', 'first')
    const shared = job('shared')
    void shared.ask({ userId: asUserId('bob') })
    for (const name of numbered('a', 100)) void ask('ann', name)
    const joined = shared.ask({ userId: asUserId('ann') })
    await end(5)
    expect(await joined).toBe('shared')
  })
})
