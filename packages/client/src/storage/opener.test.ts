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
