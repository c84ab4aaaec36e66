import { asUserId } from '@roomful/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { commitOps, editOp, newRoom, sendOp } from '../contract/contract-room'
import type { MessageQuery, Reader } from '../port'
import { createMemoryStore } from './memory-store'

const BOB = asUserId('bob')
const QUERIES: readonly Partial<MessageQuery>[] = [
  { take: 'oldest' },
  { take: 'newest', limit: 3 },
  { take: 'rev' },
  { take: 'rev', afterRev: 10 },
  { take: 'rev', afterRev: 10, fromSeq: 2, toSeq: 5, limit: 4 },
]

type Step = { kind: 'send' | 'read' | 'open' | 'close' } | { kind: 'edit'; seqs: number[] }
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom<Step>({ kind: 'send' }, { kind: 'read' }) },
  { weight: 2, arbitrary: fc.constantFrom<Step>({ kind: 'open' }, { kind: 'close' }) },
  // Many edits of few messages, so that the log of revs outgrows its rows and is cut.
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('edit' as const),
      seqs: fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 40 }),
    }),
  },
)

async function lookAt(reader: Reader, roomId: Awaited<ReturnType<typeof newRoom>>) {
  const rows = []
  for (const query of QUERIES) {
    rows.push(await reader.messages({ roomId, includeDeleted: true, take: 'oldest', limit: 1_000, ...query }))
  }
  return {
    rows,
    memberships: await reader.roomsOf(BOB, { limit: 100 }),
    unread: await reader.unread(BOB, [roomId]),
  }
}

test('a long open reader finds its rows by rev, though the log was cut since', async () => {
  const store = createMemoryStore()
  const roomId = await newRoom(store)
  const messages = [sendOp('ann', 'one'), sendOp('ann', 'two')]
  await commitOps(store, roomId, messages)
  await store.read(async (reader) => {
    const before = await lookAt(reader, roomId)
    for (let round = 0; round < 200; round++) {
      await commitOps(
        store,
        roomId,
        messages.map(({ id }) => editOp('ann', id, `${round}`)),
      )
    }
    expect(await lookAt(reader, roomId)).toEqual(before)
  })
})

test('every reader sees the moment at which it began, also over a log that is cut; by rev is by rev', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
      const store = createMemoryStore()
      const roomId = await newRoom(store)
      const sent = [sendOp('ann', 'first')]
      await commitOps(store, roomId, sent)
      const readers: { end: () => void; done: Promise<void> }[] = []
      const openReader = (): void => {
        let end = (): void => {}
        const ended = new Promise<void>((resolve) => {
          end = resolve
        })
        const done = store.read(async (reader) => {
          const first = await lookAt(reader, roomId)
          await ended
          expect(await lookAt(reader, roomId)).toEqual(first)
          const [all = [], , byRev = []] = first.rows
          expect(byRev).toEqual([...all].sort((a, b) => a.rev - b.rev))
        })
        readers.push({ end, done })
      }

      for (const [index, wanted] of steps.entries()) {
        switch (wanted.kind) {
          case 'send':
            sent.push(sendOp('ann', `${index}`))
            await commitOps(store, roomId, sent.slice(-1))
            break
          case 'edit': {
            const edits = wanted.seqs.flatMap((seq, turn) => {
              const message = sent[seq - 1]
              return message ? [editOp('ann', message.id, `${index} ${turn}`)] : []
            })
            // One commit each: within one, only the last rev of a row is kept.
            for (const edit of edits) await commitOps(store, roomId, [edit])
            break
          }
          case 'read':
            await store.markRead(roomId, BOB, index)
            break
          case 'open':
            openReader()
            break
          case 'close': {
            const reader = readers.shift()
            reader?.end()
            await reader?.done
            break
          }
        }
      }
      openReader()
      for (const { end, done } of readers) {
        end()
        await done
      }
    }),
    { numRuns: 60 },
  )
})
