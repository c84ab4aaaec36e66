import { asRoomId, asUserId, type Report, type RoomId } from '@roomful/protocol'
import { afterEach, describe, expect, test } from 'vitest'
import {
  actorOf,
  commitOne,
  commitOps,
  deleteOp,
  editOp,
  headOf,
  messagesOf,
  newRoom,
  nextAt,
  nextId,
  nextMessageId,
  roomOf,
  say,
  sendOp,
  unreadOf,
} from '../../stores/contract/contract-room'
import { roomStoreContract } from '../../stores/contract/store-contract'
import { MemoryStore } from '../../stores/memory/memory-store'
import type { Store } from '../../stores/port'
import { type EphemeralLimits, type EphemeralStore, KEEP, type Keep } from '../ephemeral-store'
import { withEphemeral } from '../with-ephemeral'

export type OpenedEphemeral = {
  readonly store: EphemeralStore
  /** Advances the store's clock by at least this much. */
  readonly pass: (ms: number) => Promise<void>
  readonly dispose: () => Promise<void>
}
export type OpenEphemeral = (options: { keep: Keep; limits: EphemeralLimits }) => Promise<OpenedEphemeral>

/** Enough for the tests of any store. */
const KEEP_ALL: Keep = {
  messages: 100_000,
  ops: 100_000,
  audit: 100_000,
  departed: 100_000,
  reports: 100_000,
}
const NO_LIMITS: EphemeralLimits = { rooms: 100_000, roomsPerUser: 100_000, idleMs: 3_600_000 }

const asStore = (ephemeral: EphemeralStore): Store =>
  withEphemeral(new MemoryStore({ epoch: 'beside' }), ephemeral, () => true)

/** The guarantees of every EphemeralStore, as tests: call it in a test file of the store. `open` makes an empty one. */
export function ephemeralContract(name: string, open: OpenEphemeral): void {
  roomStoreContract(name, async () => {
    const { store, dispose } = await open({ keep: KEEP_ALL, limits: NO_LIMITS })
    return { store: asStore(store), dispose }
  })

  describe(`ephemeral store contract: ${name}`, () => {
    const opened: OpenedEphemeral[] = []
    afterEach(async () => {
      for (const one of opened.splice(0)) await one.dispose()
    })
    async function start({
      keep = {},
      limits = {},
    }: {
      keep?: Partial<Keep>
      limits?: Partial<EphemeralLimits>
    }) {
      const one = await open({ keep: { ...KEEP, ...keep }, limits: { ...NO_LIMITS, ...limits } })
      opened.push(one)
      return { ...one, ephemeral: one.store, store: asStore(one.store) }
    }
    const sendMany = async (store: Store, roomId: RoomId, from: number, to: number): Promise<void> => {
      for (let at = from; at <= to; at += 50) {
        const numbers = Array.from({ length: Math.min(50, to - at + 1) }, (_, index) => at + index)
        await commitOps(
          store,
          roomId,
          numbers.map((n) => sendOp('ann', `m${n}`, { clientId: clientId(n) })),
        )
      }
    }
    const clientId = (n: number): string => `client-${String(n).padStart(5, '0')}`
    const seqsOf = async (store: Store, roomId: RoomId): Promise<number[]> =>
      (await messagesOf(store, roomId)).map(({ seq }) => seq)

    test('keeps the last 100 messages; older ones are below the floor, and do not count', async () => {
      const { store } = await start({})
      const roomId = await newRoom(store)
      await sendMany(store, roomId, 1, 130)
      const rows = await messagesOf(store, roomId)
      expect([rows.length, rows[0]?.seq, rows.at(-1)?.seq]).toEqual([100, 31, 130])
      const [found] = await store.read((reader) => reader.memberships(asUserId('bob'), [roomId]))
      expect(found).toMatchObject({ floorSeq: 31, room: { lastSeq: 130, rev: 132 } })
      expect(await unreadOf(store, 'bob', roomId)).toBe(100)
      expect((await store.read((reader) => reader.previews([roomId]))).get(roomId)).toMatchObject({
        seq: 130,
      })
    })

    test('more in one batch than it keeps ends as one by one', async () => {
      const { store } = await start({ keep: { messages: 3 } })
      const roomId = await newRoom(store)
      await sendMany(store, roomId, 1, 10)
      expect(await seqsOf(store, roomId)).toEqual([8, 9, 10])
      expect(await headOf(store, roomId)).toEqual({ rev: 12, lastSeq: 10 })
    })

    test('P2: a late retry is answered with its message for as long as the room lives, kept or not (I4)', async () => {
      const { store } = await start({ keep: { messages: 10 } })
      const roomId = await newRoom(store)
      await sendMany(store, roomId, 1, 3)
      const first = (await messagesOf(store, roomId))[0]
      await sendMany(store, roomId, 4, 300)
      const again = await commitOne(store, roomId, sendOp('ann', 'm1', { clientId: clientId(1) }))
      expect(again).toMatchObject({
        duplicate: true,
        message: { id: first?.id, seq: 1, deleted: true, content: '', clientId: clientId(1) },
      })
      const kept = await commitOne(store, roomId, sendOp('ann', 'm300', { clientId: clientId(300) }))
      expect(kept).toMatchObject({ duplicate: true, message: { seq: 300, content: 'm300' } })
      const other = sendOp('ann', 'm2', { clientId: clientId(2), type: 'poll' })
      expect((await commitOps(store, roomId, [other])).outcomes).toMatchObject([
        { code: 'CLIENT_ID_CONFLICT' },
      ])
      expect(await headOf(store, roomId)).toMatchObject({ lastSeq: 300 })
    })

    test('a message that is no longer kept is not found: by its id, for an edit, a delete, a reply, a file', async () => {
      const { store } = await start({ keep: { messages: 2 } })
      const roomId = await newRoom(store)
      const op = sendOp('ann', 'picture', { type: 'image', metadata: { fileId: 'file-1' } })
      await commitOne(store, roomId, op)
      const isShown = () => store.read((reader) => reader.isFileShown('file-1', asUserId('bob')))
      expect(await isShown()).toBe(true)
      await sendMany(store, roomId, 2, 3)
      const { outcomes } = await commitOps(store, roomId, [
        editOp('ann', op.id, 'edited'),
        deleteOp('ann', op.id),
        sendOp('ann', 'reply', { replyTo: op.id, type: 'reply' }),
      ])
      expect(outcomes).toMatchObject(Array(3).fill({ code: 'MESSAGE_NOT_FOUND' }))
      expect(await store.read((reader) => reader.roomOfMessage(op.id))).toBeUndefined()
      expect(await isShown()).toBe(false)
    })

    test('a retry of an edit is known while it is among the last ones', async () => {
      const { store } = await start({ keep: { ops: 2 } })
      const roomId = await newRoom(store)
      const messageId = await say(store, roomId, 'ann', 'zero')
      for (const n of [1, 2, 3])
        await commitOne(store, roomId, editOp('ann', messageId, `${n}`, `op-edit-${n}`))
      await commitOne(store, roomId, editOp('ann', messageId, '2', 'op-edit-2'))
      expect((await messagesOf(store, roomId))[0]?.content).toBe('3')
      await commitOne(store, roomId, editOp('ann', messageId, '1', 'op-edit-1'))
      expect((await messagesOf(store, roomId))[0]?.content).toBe('1')
    })

    test('the log of acts ends with the last ones', async () => {
      const { store } = await start({ keep: { audit: 3 } })
      const roomId = await newRoom(store)
      for (let n = 0; n < 5; n++) {
        const base = { actor: actorOf('ann'), at: nextAt(), targetId: asUserId('bob') }
        await commitOne(store, roomId, { kind: 'set-role', ...base, role: n % 2 === 0 ? 'admin' : 'member' })
      }
      const audit = await store.read((reader) => reader.audit(roomId, { limit: 10 }))
      expect(audit.map(({ reason }) => reason)).toEqual(['admin', 'member', 'admin'])
    })

    test('of users who have left the last ones have a row; present and removed members keep theirs', async () => {
      const { store } = await start({ keep: { departed: 2 } })
      const names = ['u1', 'u2', 'u3', 'u4']
      const roles = Object.fromEntries(names.map((name) => [name, 'member' as const]))
      const roomId = await newRoom(store, {
        type: 'public',
        roles: { ann: 'owner', bob: 'member', ...roles },
      })
      const kick = { kind: 'kick', actor: actorOf('ann'), at: nextAt(), targetId: asUserId('bob') } as const
      await commitOne(store, roomId, { ...kick, messageId: nextMessageId() })
      for (const name of names)
        await commitOne(store, roomId, {
          kind: 'leave',
          actor: actorOf(name),
          at: nextAt(),
          messageId: nextMessageId(),
        })
      const rows = await store.read((reader) => reader.members(roomId, { afterRev: 0, limit: 10 }))
      expect(rows.map(({ userId, removed }) => [userId, removed])).toEqual([
        ['ann', undefined],
        ['bob', 'kicked'],
        ['u3', 'left'],
        ['u4', 'left'],
      ])
      expect(await store.read((reader) => reader.roomsOf(asUserId('u1'), { limit: 100 }))).toEqual([])
    })

    test('accepts a limited number of reports; a resolved one makes room, an open one is kept', async () => {
      const { store } = await start({ keep: { reports: 2 } })
      const roomId = await newRoom(store)
      const messageId = await say(store, roomId, 'ann', 'bad')
      const report = (id: string, resolvedAt: string | null = null): Report => ({
        ...{ id, roomId, messageId, reporterId: asUserId('bob'), reason: 'spam' },
        ...{ createdAt: new Date(nextAt()).toISOString(), resolvedAt, resolvedBy: null, resolution: null },
      })
      for (const id of ['r1', 'r2']) await store.putReport(report(id))
      await expect(store.putReport(report('r3'))).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' })
      await store.putReport(report('r1', '2026-01-02T00:00:00.000Z'))
      await store.putReport(report('r3'))
      const found = async (resolved: boolean) =>
        (await store.read((reader) => reader.reports(roomId, { resolved, limit: 10 }))).map(({ id }) => id)
      expect([await found(false), await found(true)]).toEqual([['r2', 'r3'], []])
    })

    test('accepts no report for a missing room', async () => {
      const { store } = await start({})
      const roomId = asRoomId('nowhere')
      await store.putReport({
        ...{ id: 'r1', roomId, messageId: nextMessageId(), reporterId: asUserId('bob'), reason: '' },
        ...{
          createdAt: new Date(nextAt()).toISOString(),
          resolvedAt: null,
          resolvedBy: null,
          resolution: null,
        },
      })
      expect(await store.read((reader) => reader.reports(roomId, { resolved: false, limit: 10 }))).toEqual([])
    })

    test('P11: the rooms of one user, and of all users together, are limited', async () => {
      const { store } = await start({ limits: { rooms: 4, roomsPerUser: 2 } })
      const make = (name: string) => store.createRoom(roomOf({ roles: { [name]: 'owner' } }))
      for (const name of ['ann', 'ann', 'bob']) await make(name)
      await expect(make('ann')).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' })
      await make('bob')
      await expect(make('cid')).rejects.toMatchObject({ code: 'OVERLOADED' })
      expect(await store.read((reader) => reader.roomsOf(asUserId('cid'), { limit: 100 }))).toEqual([])
    })

    test('an unused room is removed whole; its creator, and all others, may make another', async () => {
      const { store, ephemeral, pass } = await start({ limits: { rooms: 2, roomsPerUser: 1, idleMs: 2_000 } })
      const idle = await newRoom(store)
      const messageId = await say(store, idle, 'ann', 'bye')
      const used = await newRoom(store, { roles: { cid: 'owner' } })
      await pass(2_500)
      await ephemeral.touch([used, asRoomId(nextId())])
      expect(await ephemeral.sweep()).toBe(1)
      const found = await store.read(async (reader) => ({
        rooms: await reader.roomsOf(asUserId('ann'), { limit: 100 }),
        asked: await reader.memberships(asUserId('ann'), [idle]),
        rows: await reader.messages({ roomId: idle, includeDeleted: true, take: 'oldest', limit: 10 }),
        members: await reader.members(idle, { limit: 10 }),
        roomOf: await reader.roomOfMessage(messageId),
      }))
      expect(found).toEqual({ rooms: [], asked: [], rows: [], members: [], roomOf: undefined })
      expect((await commitOps(store, idle, [sendOp('ann', 'late')])).outcomes).toMatchObject([
        { code: 'ROOM_NOT_FOUND' },
      ])
      expect(await store.markRead(idle, asUserId('ann'), 1)).toBeUndefined()
      const [kept] = await store.read((reader) => reader.roomsOf(asUserId('cid'), { limit: 100 }))
      expect(kept?.room).toMatchObject({ id: used, rev: 1 })
      await newRoom(store)
    })

    test('writing or reading in it keeps it', async () => {
      const { store, ephemeral, pass } = await start({ limits: { idleMs: 6_000 } })
      const [written, read, idle] = [await newRoom(store), await newRoom(store), await newRoom(store)]
      await say(store, read, 'bob', 'unread')
      await pass(3_500)
      await say(store, written, 'ann', 'here')
      await store.markRead(read, asUserId('ann'), 1)
      await pass(3_500)
      expect(await ephemeral.sweep()).toBe(1)
      const rooms = await store.read((reader) => reader.roomsOf(asUserId('ann'), { limit: 100 }))
      expect(rooms.map(({ room }) => room.id).sort()).toEqual([written, read].sort())
      expect(rooms.some(({ room }) => room.id === idle)).toBe(false)
    })

    test('a new room replaces idle ones if they take all places', async () => {
      const { store, pass } = await start({ limits: { rooms: 2, idleMs: 100 } })
      const [first] = [await newRoom(store), await newRoom(store)]
      await pass(200)
      await newRoom(store)
      expect(await store.read((reader) => reader.memberships(asUserId('ann'), [first]))).toEqual([])
    })
  })
}
