import type { MessageId, RoomId } from '@roomful/protocol'
import { describe, expect, test } from 'vitest'
import type { Op, StreamOp } from '../../core/ops'
import { SERVER_ACTOR } from '../../core/server-actor'
import { actorOf, commitOne, deleteOp, messagesOf, newRoom, nextAt, sendOp } from './contract-room'
import type { ContractContext } from './store-contract'

type State = Extract<StreamOp, { kind: 'write-stream' }>['state']

export const openOp = (name: string, clientId?: string, replyTo: MessageId | null = null) =>
  sendOp(name, '', { stream: true, replyTo, ...(clientId === undefined ? {} : { clientId }) })

export const writeOp = (
  name: string,
  messageId: MessageId,
  content: string,
  state: State = 'streaming',
  run = 0,
): Op => ({ kind: 'write-stream', actor: actorOf(name), at: nextAt(), messageId, run, content, state })

export const onStreamOp = (
  kind: 'resume-stream' | 'cancel-stream',
  name: string,
  messageId: MessageId,
): Op => ({ kind, actor: actorOf(name), at: nextAt(), messageId })

export const interruptOp = (messageId: MessageId, length: number, run = 0): Op => ({
  ...{ kind: 'interrupt-stream', actor: SERVER_ACTOR, at: nextAt(), messageId, run, length },
})

export function growingContract({ store }: ContractContext): void {
  const growing = async (query: { after?: { roomId: RoomId; seq: number }; limit?: number } = {}) =>
    (await store().read((reader) => reader.growing({ limit: 100, ...query }))).map(({ content }) => content)

  describe('messages that grow', () => {
    test('are kept with how they go on, and found in all rooms, by room and seq, in pages', async () => {
      const rooms = [await newRoom(store()), await newRoom(store())].sort()
      const [first, second] = rooms
      if (!first || !second) throw new Error('there are two')
      for (const [roomId, text] of [
        [second, 'c'],
        [first, 'a'],
        [first, 'b'],
      ] as const) {
        const op = openOp('ann')
        await commitOne(store(), roomId, op)
        await commitOne(store(), roomId, writeOp('ann', op.id, text))
      }
      expect(await growing()).toEqual(['a', 'b', 'c'])
      expect(await growing({ limit: 2 })).toEqual(['a', 'b'])
      const [, b] = await messagesOf(store(), first)
      expect(await growing({ after: { roomId: first, seq: b?.seq ?? 0 } })).toEqual(['c'])
      expect(b).toMatchObject({ content: 'b', stream: { state: 'streaming' } })
    })

    test('are found no more when they have ended, in whichever way', async () => {
      const roomId = await newRoom(store())
      const ids: MessageId[] = []
      for (let i = 0; i < 4; i++) {
        const op = openOp('ann')
        await commitOne(store(), roomId, op)
        ids.push(op.id)
      }
      const [finished, interrupted, deleted, cancelled] = ids
      if (!finished || !interrupted || !deleted || !cancelled) throw new Error('there are four')
      await commitOne(store(), roomId, writeOp('ann', finished, 'done', 'finished'))
      await commitOne(store(), roomId, interruptOp(interrupted, 0))
      await commitOne(store(), roomId, deleteOp('ann', deleted))
      await commitOne(store(), roomId, writeOp('ann', cancelled, 'its beginning'))
      await commitOne(store(), roomId, onStreamOp('cancel-stream', 'ann', cancelled))
      // Its producer may still write what it has sent out.
      expect(await growing()).toEqual(['its beginning'])
      await commitOne(store(), roomId, writeOp('ann', cancelled, 'its beginning, and this', 'cancelled'))
      expect(await growing()).toEqual([])
      expect((await messagesOf(store(), roomId)).map(({ stream }) => stream)).toEqual([
        { state: 'finished' },
        { state: 'interrupted' },
        // Of a tombstone nothing of it is left.
        undefined,
        { state: 'cancelled' },
      ])
    })

    test('a run is kept, and its writes are the only ones', async () => {
      const roomId = await newRoom(store())
      const op = openOp('ann', 'client-grow-1')
      await commitOne(store(), roomId, op)
      await commitOne(store(), roomId, onStreamOp('resume-stream', 'ann', op.id))
      await commitOne(store(), roomId, writeOp('ann', op.id, 'again', 'streaming', 1))
      const [row] = await messagesOf(store(), roomId)
      expect(row).toMatchObject({ content: 'again', stream: { state: 'streaming', run: 1 }, rev: 5 })
    })
  })
}
