import { asUserId, type Delta, LIMITS, type Member, type Message, type RoomId } from '@roomful/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { toWire } from '../core/stored-message'
import { isUnread } from '../core/unread'
import {
  actorOf,
  commitOps,
  deleteOp,
  editOp,
  messagesOf,
  newRoom,
  nextAt,
  nextMessageId,
  sendOp,
} from '../stores/contract/contract-room'
import { createMemoryStore, type MemoryStore } from '../stores/memory/memory-store'
import { fetchHistory } from './history'
import { sync } from './sync'

const BOB = asUserId('bob')

/** The least that a client does with what it receives: it must stay right. */
class Reader {
  readonly rows = new Map<number, Message>()
  members = new Map<string, Member>()
  rev = 0
  unread = 0
  private cont: string | undefined

  constructor(
    private readonly store: MemoryStore,
    private readonly roomId: RoomId,
  ) {}

  /** One page; true when it was the last. */
  async sync(): Promise<boolean> {
    const held = [...this.rows.keys()]
    const cursor = {
      rev: this.rev,
      minSeq: held.length > 0 ? Math.min(...held) : 0,
      maxSeq: held.length > 0 ? Math.max(...held) : 0,
      ...(this.cont === undefined ? {} : { cont: this.cont }),
    }
    const context = { viewer: BOB, epoch: this.store.epoch }
    const ack = await this.store.read((reader) => sync(reader, context, { rooms: { [this.roomId]: cursor } }))
    const delta = ack.rooms[this.roomId]
    if (!delta) this.forget()
    else this.apply(delta)
    return this.cont === undefined
  }

  async loadOlder(): Promise<void> {
    const oldest = Math.min(...this.rows.keys())
    if (!Number.isFinite(oldest)) return
    const request = { roomId: this.roomId, beforeSeq: oldest, limit: 10, includeDeleted: true }
    const page = await this.store.read((reader) => fetchHistory(reader, BOB, request))
    if (page.ok && page.rev >= this.rev) for (const row of page.messages) this.rows.set(row.seq, row)
  }

  /** The connection drops during a paged sync: it starts at the cursor again. */
  interrupt(): void {
    this.cont = undefined
  }

  private apply(delta: Delta): void {
    if (delta.reset) this.forget()
    for (const row of delta.patch) this.merge(row, this.rows.has(row.seq))
    this.cont = delta.cont
    this.unread = delta.unread
    if (delta.cont !== undefined) return
    for (const row of delta.tail) this.merge(row, true)
    if (this.rev === 0 || delta.reset) this.members.clear()
    for (const member of delta.members ?? []) this.members.set(member.userId, member)
    this.rev = Math.max(this.rev, delta.rev)
  }

  private merge(row: Message, isWanted: boolean): void {
    if (isWanted && row.rev >= (this.rows.get(row.seq)?.rev ?? 0)) this.rows.set(row.seq, row)
  }

  private forget(): void {
    this.rows.clear()
    this.members.clear()
    this.rev = 0
    this.cont = undefined
  }
}

type Step =
  | { kind: 'send' | 'edit all'; count: number }
  | { kind: 'edit' | 'delete'; place: number }
  | { kind: 'sync' | 'older' | 'interrupt' | 'kick' | 'invite' | 'join' | 'read' | 'leave' }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('send' as const), count: fc.integer({ min: 1, max: 30 }) }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'send' as const, count: 260 }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('edit all' as const), count: fc.constant(1_200) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom('edit' as const, 'delete' as const),
      place: fc.nat({ max: 400 }),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.constantFrom<Step>(
      { kind: 'sync' },
      { kind: 'sync' },
      { kind: 'older' },
      { kind: 'interrupt' },
    ),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom<Step>(
      { kind: 'kick' },
      { kind: 'invite' },
      { kind: 'join' },
      { kind: 'read' },
      { kind: 'leave' },
    ),
  },
)

async function take(store: MemoryStore, roomId: RoomId, reader: Reader, wanted: Step): Promise<void> {
  const base = { actor: actorOf('ann'), at: nextAt(), messageId: nextMessageId() }
  switch (wanted.kind) {
    case 'send':
      await commitOps(
        store,
        roomId,
        Array.from({ length: wanted.count }, (_, index) => sendOp(index % 5 === 0 ? 'bob' : 'ann', 'text')),
      )
      return
    case 'edit all': {
      const rows = await messagesOf(store, roomId, { limit: wanted.count, includeDeleted: false })
      await commitOps(
        store,
        roomId,
        rows.map(({ id, senderId, rev }) => editOp(senderId, id, `edited after ${rev}`)),
      )
      return
    }
    case 'edit':
    case 'delete': {
      const [row] = await messagesOf(store, roomId, { fromSeq: wanted.place + 1, limit: 1 })
      if (!row) return
      const op =
        wanted.kind === 'edit' ? editOp(row.senderId, row.id, `edited ${row.rev}`) : deleteOp('ann', row.id)
      await commitOps(store, roomId, [op])
      return
    }
    case 'sync':
      await reader.sync()
      return
    case 'older':
      await reader.loadOlder()
      return
    case 'interrupt':
      reader.interrupt()
      return
    case 'kick':
      await commitOps(store, roomId, [{ kind: 'kick', ...base, targetId: BOB }])
      return
    case 'invite':
      await commitOps(store, roomId, [{ kind: 'invite', ...base, target: { id: BOB, name: 'bob' } }])
      return
    case 'join':
    case 'leave':
      await commitOps(store, roomId, [{ kind: wanted.kind, ...base, actor: actorOf('cid') }])
      return
    case 'read':
      await store.markRead(roomId, BOB, 50)
      return
  }
}

/** I5: every change that the cursor has passed is held as on the server, or not at all. */
async function checkCursor(store: MemoryStore, roomId: RoomId, reader: Reader): Promise<void> {
  const truth = new Map((await messagesOf(store, roomId)).map((row) => [row.seq, row]))
  for (const [seq, row] of reader.rows) {
    const server = truth.get(seq)
    if (!server) throw new Error(`seq ${seq} is held and does not exist`)
    if (server.rev <= reader.rev) expect(row).toEqual(toWire(server, BOB))
  }
}

test('whatever happens between and during syncs, the cursor never passes a change that was not delivered', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      const store = createMemoryStore()
      const roomId = await newRoom(store, { type: 'public' })
      const reader = new Reader(store, roomId)
      for (const wanted of steps) {
        await take(store, roomId, reader, wanted)
        await checkCursor(store, roomId, reader)
      }

      for (let pages = 0; !(await reader.sync()); pages++) expect(pages).toBeLessThan(20)
      await checkCursor(store, roomId, reader)
      const [membership] = await store.read((all) => all.memberships(BOB, [roomId]))
      if (!membership?.member || membership.member.removed !== undefined) {
        expect(reader.rows.size).toBe(0)
        return
      }
      const { room, member } = membership
      expect(reader.rev).toBe(room.rev)
      expect([...reader.rows.keys()].every((seq) => seq >= member.fromSeq)).toBe(true)
      const newest = await messagesOf(store, roomId, { fromSeq: member.fromSeq, take: 'newest', limit: 50 })
      expect(newest.map(({ seq }) => reader.rows.get(seq))).toEqual(newest.map((row) => toWire(row, BOB)))
      // Former members are kept as rows with `removed`; the others are present.
      const present = [...reader.members.values()].filter(({ removed }) => removed === undefined)
      const now = await store.read((all) => all.members(roomId, { limit: 10 }))
      const plain = ({ lastReadSeq: _, ...rest }: Member) => rest
      expect(present.map(plain).sort(byId)).toEqual(now.map(plain).sort(byId))
      const unread = (await messagesOf(store, roomId)).filter((row) => isUnread(row, member)).length
      expect(reader.unread).toBe(Math.min(unread, LIMITS.unreadCap))
    }),
    { numRuns: 60 },
  )
})

const byId = (a: { userId: string }, b: { userId: string }): number => (a.userId < b.userId ? -1 : 1)
