import { expect, test } from 'vitest'
import { MemoryOutbox } from '../stores/memory/memory-outbox'
import { webhooksOf } from './webhooks'

test('a replay ends, also where the receiver refuses again as fast as letters are replayed', async () => {
  const outbox = new MemoryOutbox()
  let steps = 0
  outbox.queues = async () => [{ endpoint: 'app', waiting: 0, dead: 1_200, oldestAt: undefined }]
  // Whatever waits again is dead again before the next step.
  outbox.replay = async () => {
    if (++steps > 10) throw new Error('it does not end')
    return 500
  }
  await webhooksOf({ endpoints: [], outbox, clock: { now: () => 0 } }).replay('app')
  expect(steps).toBe(3)
})
