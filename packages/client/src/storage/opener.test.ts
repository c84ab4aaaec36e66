import { expect, test } from 'vitest'
import { handClock } from '../platform/hand-clock'
import { memoryStore } from './backends/memory'
import { createCopy } from './create-copy'
import { createOpener } from './opener'

test('a copy whose code is asked for before it is opened is one copy: what was opened takes writes', async () => {
  let loads = 0
  // The first answer is the last to come.
  const delays = [2, 1]
  const opener = createOpener({
    source: {
      kind: 'indexeddb',
      load: async () => {
        for (let turn = delays[loads++] ?? 0; turn > 0; turn--)
          await new Promise((done) => setImmediate(done))
        return createCopy(memoryStore())
      },
    },
    clock: handClock(),
    onState: () => {},
    onMode: () => {},
    onReset: () => {},
    onReopened: () => {},
    isOver: () => false,
  })
  opener.prepare()
  await opener.open({ url: 'https://chat.example', userId: 'ada' })
  await new Promise((done) => setImmediate(() => setImmediate(done)))
  await opener.copy().write({ deleteEntries: ['none'] })
  expect(loads).toBe(1)
})

test('I23: a copy whose code comes after the end is not opened', async () => {
  let arrive = (): void => {}
  let opens = 0
  const clock = handClock()
  const disk = memoryStore()
  const opener = createOpener({
    source: {
      kind: 'indexeddb',
      load: async () => {
        await new Promise<void>((resolve) => {
          arrive = resolve
        })
        const open: typeof disk.open = (name) => {
          opens++
          return disk.open(name)
        }
        return createCopy({ ...disk, open })
      },
    },
    clock,
    onState: () => {},
    onMode: () => {},
    onReset: () => {},
    onReopened: () => {},
    isOver: () => false,
  })
  const opened = opener.open({ url: 'https://chat.example', userId: 'ada' })
  clock.pass(3_000)
  await opened
  await opener.close(Promise.resolve())
  arrive()
  for (let turns = 0; turns < 3; turns++) await new Promise((done) => setImmediate(done))
  expect(opens).toBe(0)
})
