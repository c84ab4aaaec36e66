import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { asRoomId, asUserId, type RoomId } from '@roomful/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { testNode } from '../../packages/server/src/node/test-node'
import { commitOps, newRoom, sendOp } from '../../packages/server/src/stores/contract/contract-room'
import type { Reader, Store } from '../../packages/server/src/stores/port'
import { openPostgresStore } from '../../packages/server/src/stores/postgres/postgres-store'
import { openSqliteStore } from '../../packages/server/src/stores/sqlite/sqlite-store'
import { startPostgres } from '../../packages/testing/src/postgres'

const ROOMS = 500
const FEW = 100
const MANY = 100_000
const TRIES = 25
/** Rooms with messages: the same in both cases, so that both answers are of one size. */
const TALKING = 100
/** Of the median times. Both are of one run, in turns; a cost per message would be a factor of a thousand. */
const MOST_GROWTH = 2

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
const roomIdOf = (n: number): RoomId => asRoomId(`room-${String(n).padStart(3, '0')}`)

/** Bob is in 500 rooms with this many messages in all; in each he has read all but the last one. */
async function fill(store: Store, messages: number): Promise<void> {
  for (let room = 0; room < ROOMS; room++) {
    const roomId = await newRoom(store, { id: roomIdOf(room), roles: { ann: 'owner', bob: 'member' } })
    const count = room < TALKING ? messages / TALKING : 0
    for (let sent = 0; sent < count; sent += 200) {
      const ops = Array.from({ length: Math.min(200, count - sent) }, () =>
        sendOp('ann', 'text of some length'),
      )
      await commitOps(store, roomId, ops)
    }
    if (count > 1) await store.markRead(roomId, asUserId('bob'), count - 1)
  }
}

/** Counts the queries of a store by their names: each of a reader's methods is one. */
function counting(store: Store): { store: Store; queries: string[] } {
  const queries: string[] = []
  const watched = (reader: Reader): Reader =>
    new Proxy(reader, {
      get(target, name, receiver) {
        const query: unknown = Reflect.get(target, name, receiver)
        // An await checks for a `then` first.
        if (query !== undefined) queries.push(String(name))
        return query
      },
    })
  const read: Store['read'] = (reads) => store.read((reader) => reads(watched(reader)))
  return { store: { ...store, read }, queries }
}

type Cursors = Record<string, { rev: number; minSeq: number; maxSeq: number }>

describe.each(['SQLite', 'Postgres'])(`${ROOMS} rooms a user, on %s`, (kind) => {
  const ends: (() => unknown)[] = []
  let few: Store
  let many: Store

  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'roomful-scale-'))
    ends.unshift(() => rmSync(folder, { recursive: true }))
    let open = (name: string): Promise<Store> => openSqliteStore(join(folder, `${name}.db`))
    if (kind === 'Postgres') {
      const postgres = await startPostgres()
      ends.unshift(() => postgres[Symbol.asyncDispose]())
      open = async () => openPostgresStore(await postgres.createDatabase())
    }
    few = await open('few')
    ends.unshift(() => few.close())
    many = await open('many')
    ends.unshift(() => many.close())
    await fill(few, FEW)
    await fill(many, MANY)
  })
  afterAll(async () => {
    for (const end of ends) await end()
  })

  /** One connect: the handshake, and the sync with the list and all cursors. */
  async function arrive(node: ReturnType<typeof testNode>, rooms: Cursors) {
    const bob = await node.device('bob')
    const ack = await bob.ask('sync', { rooms, list: true })
    bob.close()
    return ack
  }

  async function cursorsOf(store: Store): Promise<Cursors> {
    const memberships = await store.read((reader) => reader.roomsOf(asUserId('bob'), { limit: 1_000 }))
    return Object.fromEntries(
      memberships.map(({ room }) => [
        room.id,
        { rev: room.rev, minSeq: Math.min(1, room.lastSeq), maxSeq: room.lastSeq },
      ]),
    )
  }

  test('connect + sync: one query for the list, and as many in all for 500 rooms as for one', async () => {
    const { store, queries } = counting(many)
    const node = testNode({ store })
    const cursors = await cursorsOf(many)
    const ack = await arrive(node, cursors)
    expect(ack.list).toHaveLength(ROOMS)
    expect(Object.keys(ack.rooms as object)).toHaveLength(ROOMS)
    // The user; then their rooms, their unread counts, the last messages, and their invitations: each in one query.
    expect(queries).toEqual(['user', 'roomsOf', 'unread', 'previews', 'invitations'])
  })

  test('a room with new changes costs its own queries, and only it', async () => {
    const { store, queries } = counting(many)
    const cursors = await cursorsOf(many)
    const behind = cursors[roomIdOf(7)]
    if (!behind) throw new Error('unreachable')
    const late = { ...cursors, [roomIdOf(7)]: { ...behind, rev: behind.rev - 3, maxSeq: behind.maxSeq - 3 } }
    const ack = await arrive(testNode({ store }), late)
    expect(ack.rooms).toMatchObject({ [roomIdOf(7)]: { tail: [{}, {}, {}] }, [roomIdOf(8)]: { tail: [] } })
    expect(queries.filter((name) => name === 'messages')).toHaveLength(2)
    // With the five of a connect. One of them is for the room's pins.
    expect(queries.length).toBeLessThan(12)
  })

  test(`its time does not grow with the messages: ${FEW} or ${MANY} in the rooms`, async () => {
    const arrivals = await Promise.all(
      [few, many].map(async (store) => ({
        node: testNode({ store }),
        cursors: await cursorsOf(store),
        times: [] as number[],
      })),
    )
    for (let n = -3; n < TRIES; n++)
      for (const { node, cursors, times } of arrivals) {
        const startedAt = performance.now()
        const ack = await arrive(node, cursors)
        // The first ones warm caches and compiler up.
        if (n >= 0) times.push(performance.now() - startedAt)
        expect(ack.list).toHaveLength(ROOMS)
      }
    const [ofFew = Number.NaN, ofMany = Number.NaN] = arrivals.map(({ times }) => median(times))
    process.stdout.write(
      `${kind}: connect + sync of ${ROOMS} rooms ${ofFew.toFixed(1)} ms with ${FEW} messages, ${ofMany.toFixed(1)} ms with ${MANY}\n`,
    )
    expect(ofMany / ofFew).toBeLessThanOrEqual(MOST_GROWTH)
  })
})
