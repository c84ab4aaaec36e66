import { describe, expect, test } from 'vitest'
import { sendOp } from '../stores/contract/contract-room'
import { delayBatch } from './batch-delay'
import { RoomQueue } from './room-queue'

/** A batch delay over a queue with this many waiting ops, and the timer that it set. */
function delayed({ waiting = 0, ops, ms }: { waiting?: number; ops: number; ms: number }) {
  const queue = new RoomQueue()
  const add = (): void => void queue.add([{ op: sendOp('ann', 'text'), bytes: 1 }])
  for (let n = 0; n < waiting; n++) add()
  const timers: { ms: number; fire: () => void; cancelled: boolean }[] = []
  let isOver = false
  const setTimer = (ms: number, fire: () => void): (() => void) => {
    const timer = { ms, fire, cancelled: false }
    timers.push(timer)
    return () => {
      timer.cancelled = true
    }
  }
  const done = delayBatch(queue, { ops, ms }, setTimer).then(() => {
    isOver = true
  })
  return { add, timers, done, isOver: () => isOver }
}
const microtasks = async (): Promise<void> => {
  for (let n = 0; n < 5; n++) await Promise.resolve()
}

describe('the next batch', () => {
  test.each([
    ['after one alone', { ops: 1, ms: 10 }],
    ['after a batch that cost nothing', { ops: 50, ms: 0.5 }],
  ])('%s is not waited for', async (_name, last) => {
    const { done, timers } = delayed(last)
    await done
    expect(timers).toEqual([])
  })

  test('is taken when as many have arrived as there were, and nothing is left running', async () => {
    const { add, timers, done, isOver } = delayed({ ops: 3, ms: 5 })
    add()
    add()
    await microtasks()
    expect(isOver()).toBe(false)
    add()
    await done
    expect(timers).toMatchObject([{ ms: 5, cancelled: true }])
  })

  test('expects those that arrived during the last commit and those in it', async () => {
    const { add, done, isOver } = delayed({ waiting: 1, ops: 1, ms: 5 })
    await microtasks()
    expect(isOver()).toBe(false)
    add()
    await done
  })

  test('is taken when the time is over, complete or not; and that is 20 ms at most', async () => {
    const { add, timers, done, isOver } = delayed({ ops: 3, ms: 400 })
    add()
    await microtasks()
    expect(isOver()).toBe(false)
    expect(timers.map(({ ms }) => ms)).toEqual([20])
    timers[0]?.fire()
    await done
  })
})
