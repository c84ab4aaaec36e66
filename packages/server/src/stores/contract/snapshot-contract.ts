import { asUserId, type RoomId } from '@roomful/protocol'
import { describe, expect, test } from 'vitest'
import type { Reader } from '../port'
import { actorOf, commitOps, newRoom, roomOf, say, sendOp } from './contract-room'
import type { ContractContext } from './store-contract'

/** A store whose commits wait for readers passes too: the race with this bound prevents a deadlock here. */
const COMMIT_WAIT_MS = 250

export function settledOrWaited(commit: Promise<unknown>): Promise<unknown> {
  return Promise.race([commit, new Promise((resolve) => setTimeout(resolve, COMMIT_WAIT_MS))])
}

async function lookAt(reader: Reader, roomId: RoomId) {
  const bob = asUserId('bob')
  const [memberships, messages, unread, previews, members, rooms] = [
    await reader.memberships(bob, [roomId]),
    await reader.messages({ roomId, includeDeleted: true, take: 'newest', limit: 10 }),
    await reader.unread(bob, [roomId]),
    await reader.previews([roomId]),
    await reader.members(roomId, { limit: 10 }),
    await reader.roomsOf(bob, { limit: 100 }),
  ]
  return { memberships, messages, unread, previews, members, rooms }
}

export function snapshotContract({ store }: ContractContext): void {
  describe('read', () => {
    test('sees one moment, whatever is committed meanwhile', async () => {
      const roomId = await newRoom(store())
      const messageId = await say(store(), roomId, 'ann', 'before')
      let writes: Promise<unknown> = Promise.resolve()
      await store().read(async (reader) => {
        const first = await lookAt(reader, roomId)
        const edit = { kind: 'edit', actor: actorOf('ann') } as const
        const more = roomOf()
        writes = Promise.all([
          commitOps(store(), roomId, [
            { ...edit, at: 0, messageId, content: 'after' },
            sendOp('ann', 'new'),
            {
              kind: 'leave',
              actor: actorOf('bob'),
              at: 0,
              messageId: sendOp('a', 'b').id,
            },
          ]),
          store().markRead(roomId, asUserId('bob'), 1),
          store().createRoom(more),
        ])
        await settledOrWaited(writes)
        expect(await lookAt(reader, roomId)).toEqual(first)
        expect(await reader.roomOfMessage(messageId)).toBe(roomId)
      })
      await writes
      const after = await store().read((reader) => lookAt(reader, roomId))
      expect(after.messages.map(({ content }) => content)).toEqual(['after', 'new', 'bob left'])
      expect(after.memberships[0]?.member?.removed).toBe('left')
      expect(after.rooms).toHaveLength(1)
    })

    test('sees only whole commits', async () => {
      const roomId = await newRoom(store())
      const writing = (async () => {
        for (let round = 0; round < 20; round++) {
          await commitOps(store(), roomId, [
            sendOp('ann', 'one'),
            sendOp('ann', 'two'),
            sendOp('ann', 'three'),
          ])
        }
      })()
      for (let round = 0; round < 20; round++) {
        const { head, count } = await store().read(async (reader) => {
          const rows = await reader.messages({ roomId, includeDeleted: true, take: 'oldest', limit: 1_000 })
          const [membership] = await reader.memberships(asUserId('ann'), [roomId])
          return { head: membership?.room, count: rows.length }
        })
        expect(count % 3).toBe(0)
        expect(head).toMatchObject({ lastSeq: count, rev: count + 2 })
      }
      await writing
    })

    test('sees all that was committed before it began', async () => {
      const roomId = await newRoom(store())
      for (let round = 1; round <= 5; round++) {
        await say(store(), roomId, 'ann', `${round}`)
        const [previews] = await store().read(async (reader) => [await reader.previews([roomId])])
        expect(previews?.get(roomId)).toMatchObject({ seq: round, content: `${round}` })
      }
    })

    test('passes on what its function returns or throws', async () => {
      await expect(store().read(async () => 'answer')).resolves.toBe('answer')
      const failing = store().read(async () => {
        throw new Error('reader failed')
      })
      await expect(failing).rejects.toThrow('reader failed')
      const roomId = await newRoom(store())
      await expect(say(store(), roomId, 'ann', 'goes on')).resolves.toBeTypeOf('string')
    })
  })
}
