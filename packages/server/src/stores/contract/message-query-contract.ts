import { asRoomId, type RoomId } from '@roomful/protocol'
import { describe, expect, test } from 'vitest'
import type { MessageQuery } from '../port'
import { commitOne, deleteOp, editOp, messagesOf, newRoom, say } from './contract-room'
import type { ContractContext } from './store-contract'

export function messageQueryContract({ store }: ContractContext): void {
  /** Seqs 1 to 10 with revs 3 to 12; then 2 and 5 deleted (13, 14), and 3 and 8 edited (16, 15). */
  async function tenMessages(): Promise<RoomId> {
    const roomId = await newRoom(store())
    const sent = []
    for (let seq = 1; seq <= 10; seq++) sent.push(await say(store(), roomId, 'ann', `text ${seq}`))
    const [, second, third, , fifth, , , eighth] = sent
    if (!second || !third || !fifth || !eighth) throw new Error('ten messages were sent')
    await commitOne(store(), roomId, deleteOp('ann', second))
    await commitOne(store(), roomId, deleteOp('ann', fifth))
    await commitOne(store(), roomId, editOp('ann', eighth, 'edited 8'))
    await commitOne(store(), roomId, editOp('ann', third, 'edited 3'))
    return roomId
  }

  type Case = [name: string, query: Partial<MessageQuery>, seqs: number[]]
  const cases: Case[] = [
    ['all', {}, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]],
    ['without the deleted', { includeDeleted: false }, [1, 3, 4, 6, 7, 8, 9, 10]],
    ['the oldest three', { limit: 3 }, [1, 2, 3]],
    ['the oldest three that are not deleted', { limit: 3, includeDeleted: false }, [1, 3, 4]],
    ['the newest three, ascending', { take: 'newest', limit: 3 }, [8, 9, 10]],
    ['from a seq on, itself included', { fromSeq: 8 }, [8, 9, 10]],
    ['up to a seq, itself included', { toSeq: 3 }, [1, 2, 3]],
    ['a span', { fromSeq: 4, toSeq: 6 }, [4, 5, 6]],
    ['the newest of a span', { fromSeq: 2, toSeq: 6, take: 'newest', limit: 2 }, [5, 6]],
    [
      'the newest of a span that are not deleted',
      { toSeq: 6, take: 'newest', limit: 3, includeDeleted: false },
      [3, 4, 6],
    ],
    ['the oldest of a span', { fromSeq: 4, toSeq: 9, limit: 2 }, [4, 5]],
    ['a span of one', { fromSeq: 7, toSeq: 7 }, [7]],
    ['a span past the head', { fromSeq: 11 }, []],
    ['a span before the first', { toSeq: 0 }, []],
    ['a span the wrong way round', { fromSeq: 6, toSeq: 4 }, []],
    [
      'bounds at the end of the safe integers',
      { fromSeq: 0, toSeq: Number.MAX_SAFE_INTEGER, limit: 2 },
      [1, 2],
    ],
    ['what changed since a rev, in order of rev', { afterRev: 10, take: 'rev' }, [9, 10, 2, 5, 8, 3]],
    ['the first of what changed since a rev', { afterRev: 10, take: 'rev', limit: 3 }, [9, 10, 2]],
    ['what changed since, not deleted', { afterRev: 12, take: 'rev', includeDeleted: false }, [8, 3]],
    ['what changed since, in a span', { afterRev: 4, take: 'rev', fromSeq: 3, toSeq: 8 }, [4, 6, 7, 5, 8, 3]],
    ['what changed since, by seq', { afterRev: 12, take: 'oldest' }, [2, 3, 5, 8]],
    ['what changed since, the newest by seq', { afterRev: 12, take: 'newest', limit: 2 }, [5, 8]],
    ['by rev from the beginning', { take: 'rev', limit: 2 }, [1, 4]],
    ['what changed since the last rev', { afterRev: 16, take: 'rev' }, []],
  ]

  describe('messages', () => {
    test.each(cases)('%s', async (_, query, seqs) => {
      const roomId = await tenMessages()
      expect((await messagesOf(store(), roomId, query)).map(({ seq }) => seq)).toEqual(seqs)
    })

    test('of a missing room are none', async () => {
      expect(await messagesOf(store(), asRoomId('nowhere'))).toEqual([])
    })

    test('of one room never include another’s', async () => {
      const roomId = await tenMessages()
      const other = await newRoom(store())
      await say(store(), other, 'ann', 'elsewhere')
      expect((await messagesOf(store(), other)).map(({ content }) => content)).toEqual(['elsewhere'])
      expect((await messagesOf(store(), roomId)).every((row) => row.roomId === roomId)).toBe(true)
    })

    test('have the rev of their last change', async () => {
      const roomId = await tenMessages()
      const rows = await messagesOf(store(), roomId, { afterRev: 12, take: 'rev' })
      expect(rows.map(({ rev, content, deleted }) => [rev, content, deleted])).toEqual([
        [13, '', true],
        [14, '', true],
        [15, 'edited 8', false],
        [16, 'edited 3', false],
      ])
    })
  })

  test('a window that is scanned by place gives the same rows as the log of changes', async () => {
    const roomId = await tenMessages()
    for (const [fromSeq, toSeq] of [
      [1, 10],
      [2, 3],
      [8, 8],
    ] as const)
      for (const afterRev of [0, 10, 13, 16])
        for (const limit of [1, 2, 50]) {
          const query = {
            roomId,
            fromSeq,
            toSeq,
            afterRev,
            limit,
            includeDeleted: true,
            take: 'rev',
          } as const
          const [byRev, byPlace] = await store().read((reader) =>
            Promise.all([reader.messages(query), reader.messages({ ...query, isNarrow: true })]),
          )
          expect(byPlace).toEqual(byRev)
        }
  })
}
