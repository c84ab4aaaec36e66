import { asClientId, type RoomId } from '@roomful/protocol'
import { describe, expect, test } from 'vitest'
import type { Op, Plan } from '../../core/ops'
import type { Store } from '../port'
import { commitOps, headOf, messagesOf, newRoom, sendOp } from './contract-room'
import type { ContractContext } from './store-contract'

const WRITERS = 16
const SENDS_PER_WRITER = 25

/** Each writer's sends, every tenth twice under one clientId, cut into batches of 1 to 4. */
function batchesOf(writer: number): Op[][] {
  const ops: Op[] = []
  for (let index = 0; index < SENDS_PER_WRITER; index++) {
    const clientId = asClientId(`writer-${writer}-${String(index).padStart(3, '0')}`)
    const op = sendOp(`user${writer}`, `${writer}:${index}`, { clientId })
    ops.push(op)
    if (index % 10 === 0) ops.push({ ...op, id: sendOp('x', 'x').id })
  }
  const batches: Op[][] = []
  for (let start = 0; start < ops.length; ) {
    const size = 1 + ((writer + start) % 4)
    batches.push(ops.slice(start, start + size))
    start += size
  }
  return batches
}

const roles = Object.fromEntries(
  Array.from({ length: WRITERS }, (_, writer) => [`user${writer}`, 'member' as const]),
)

async function race(store: Store, roomId: RoomId): Promise<Plan[]> {
  // Every writer sends all its batches at once and then again, as retries with unknown outcomes do.
  const batches = Array.from({ length: WRITERS }, (_, writer) => batchesOf(writer)).flat()
  return Promise.all([...batches, ...batches].map((ops) => commitOps(store, roomId, ops)))
}

export function raceContract({ store }: ContractContext): void {
  describe('racing commits of one room', () => {
    test(`${WRITERS} writers with duplicates leave seqs and revs without a hole, each message once`, async () => {
      const roomId = await newRoom(store(), { roles: { ann: 'owner', ...roles } })
      const before = await headOf(store(), roomId)
      const plans = await race(store(), roomId)
      const expected = WRITERS * SENDS_PER_WRITER

      const rows = await messagesOf(store(), roomId)
      const numbers = Array.from({ length: expected }, (_, index) => index + 1)
      expect(rows.map(({ seq }) => seq)).toEqual(numbers)
      expect(rows.map(({ rev }) => rev)).toEqual(numbers.map((seq) => seq + before.rev))
      expect(new Set(rows.map(({ clientId }) => clientId)).size).toBe(expected)
      expect(await headOf(store(), roomId)).toEqual({ rev: before.rev + expected, lastSeq: expected })

      // All plans together contain each rev once, and each plan has no hole (I2, I3).
      const announced = plans.map((plan) => plan.changes.map(({ rev }) => rev))
      expect(announced.flat().sort((a, b) => a - b)).toEqual(numbers.map((seq) => seq + before.rev))
      for (const revs of announced) {
        expect(revs).toEqual(revs.map((_, index) => (revs[0] ?? 0) + index))
      }
      // Every answer has the stored row, winner or duplicate (I4).
      const bySeq = new Map(rows.map((row) => [row.seq, row]))
      for (const outcome of plans.flatMap((plan) => plan.outcomes)) {
        if (!outcome.ok || outcome.kind !== 'message') throw new Error('a send was refused')
        expect(bySeq.get(outcome.message.seq)?.id).toBe(outcome.message.id)
      }
    })

    test('parallel commits of several rooms do not disturb each other', async () => {
      const rooms = await Promise.all(Array.from({ length: 5 }, () => newRoom(store())))
      await Promise.all(
        rooms.flatMap((roomId) =>
          Array.from({ length: 10 }, (_, index) =>
            commitOps(store(), roomId, [sendOp('ann', `${index}`), sendOp('bob', `${index}`)]),
          ),
        ),
      )
      for (const roomId of rooms) {
        expect((await messagesOf(store(), roomId)).map(({ seq }) => seq)).toEqual(
          Array.from({ length: 20 }, (_, index) => index + 1),
        )
        expect(await headOf(store(), roomId)).toEqual({ rev: 22, lastSeq: 20 })
      }
    })
  })
}
