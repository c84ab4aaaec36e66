import { asClientId, asRoomId, asUserId, LIMITS } from '@roomful/protocol'
import { waitUntil } from '@roomful/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Op } from '../../packages/server/src/core/ops'
import {
  commitOps,
  headOf,
  messagesOf,
  newRoom,
  roomOf,
  sendOp,
} from '../../packages/server/src/stores/contract/contract-room'
import type { Store } from '../../packages/server/src/stores/port'
import { ClientPool } from '../../packages/server/src/stores/postgres/client-pool'
import { openPostgresStore } from '../../packages/server/src/stores/postgres/postgres-store'
import { integer } from '../../packages/server/src/stores/sql/column'
import { startPostgres, type TestPostgres } from '../../packages/testing/src/postgres'

const WRITERS = 16
const SENDS_PER_WRITER = 30

/** To the database, two server processes look the same as two stores in one process. */
describe('two nodes on one Postgres', () => {
  let postgres: TestPostgres
  let nodes: Store[] = []
  let pool: ClientPool
  beforeAll(async () => {
    postgres = await startPostgres()
    const url = await postgres.createDatabase()
    // At once, so that both find an empty database and try to create its tables.
    nodes = await Promise.all([openPostgresStore(url), openPostgresStore(url)])
    pool = new ClientPool(url, { max: 2 })
  })
  afterAll(async () => {
    await Promise.all(nodes.map((node) => node.close()))
    await pool.close()
    await postgres[Symbol.asyncDispose]()
  })
  const node = (index: number): Store => {
    const found = nodes[index % nodes.length]
    if (!found) throw new Error('no node')
    return found
  }

  test('share one epoch', () => {
    expect(node(0).epoch).toBe(node(1).epoch)
  })

  test(`${WRITERS} writers on both, each send on both nodes: 1..n, each once (I1, I2, I4)`, async () => {
    const names = Array.from({ length: WRITERS }, (_, index) => `user${index}`)
    const roles = Object.fromEntries(names.map((name) => [name, 'member' as const]))
    const roomId = await newRoom(node(0), { roles: { ann: 'owner', ...roles } })
    const before = await headOf(node(1), roomId)

    const send = async (name: string, index: number): Promise<void> => {
      const clientId = asClientId(`${name}-${String(index).padStart(6, '0')}`)
      const op: Op = sendOp(name, `${name} ${index}`, { clientId })
      const again: Op = { ...op, id: sendOp('x', 'x').id }
      await Promise.all([commitOps(node(index), roomId, [op]), commitOps(node(index + 1), roomId, [again])])
    }
    await Promise.all(
      names.map(async (name) => {
        for (let index = 0; index < SENDS_PER_WRITER; index++) await send(name, index)
      }),
    )

    const rows = await messagesOf(node(0), roomId)
    const numbers = Array.from({ length: WRITERS * SENDS_PER_WRITER }, (_, index) => index + 1)
    expect(rows.map(({ seq }) => seq)).toEqual(numbers)
    expect(rows.map(({ rev }) => rev)).toEqual(numbers.map((seq) => seq + before.rev))
    expect(new Set(rows.map(({ clientId }) => clientId)).size).toBe(numbers.length)
    // One sender's messages in the order of sending (I9).
    for (const name of names) {
      const own = rows.filter(({ senderId }) => senderId === name).map(({ content }) => content)
      expect(own).toEqual(Array.from({ length: SENDS_PER_WRITER }, (_, index) => `${name} ${index}`))
    }
  })

  describe('what a user may invite, on both nodes at once', () => {
    const [at, until] = [1_000_000, 2_000_000]
    const invite = (on: number, roomId: string, inviter: string, ...userIds: string[]) =>
      node(on).invite({
        ...{ roomId: asRoomId(roomId), inviterId: asUserId(inviter) },
        ...{ userIds: userIds.map(asUserId), at, until },
      })
    const ids = (name: string, count: number) => Array.from({ length: count }, (_, n) => `${name}-${n}`)
    const shownTo = async (userId: string) => {
      const query = { nowMs: at, limit: 200 }
      return (await node(0).read((reader) => reader.invitations(asUserId(userId), query))).length
    }
    /** None of them writes before all have read what they read first. */
    const atOnce = <T>(works: readonly (() => Promise<T>)[]): Promise<T[]> =>
      pool.lend(async (client) => {
        await client.query('BEGIN')
        await client.query('LOCK TABLE invitations IN SHARE ROW EXCLUSIVE MODE')
        const running = works.map((work) => work())
        await waitUntil('all to wait', async () => {
          const waiting = 'SELECT count(*) AS waiting FROM pg_locks WHERE NOT granted'
          const [row] = await pool.lend((other) => other.query(waiting))
          return row !== undefined && integer(row, 'waiting') === works.length
        })
        await client.query('COMMIT')
        return Promise.all(running)
      })

    test('stays within the limit of one inviter', async () => {
      await invite(0, 'place', 'eager', ...ids('guest', LIMITS.invitationsSent - 1))
      const made = await atOnce([0, 1].map((on) => () => invite(on, `room-${on}`, 'eager', 'last')))
      expect(made.filter((shown) => shown === undefined)).toHaveLength(1)
      const query = { nowMs: at, limit: 200 }
      const sent = await node(1).read((reader) => reader.sentInvitations(asUserId('eager'), query))
      expect(sent).toHaveLength(LIMITS.invitationsSent)
    })

    test('stays within what one user is shown of one inviter', async () => {
      for (const room of ids('few', LIMITS.invitationsFromOne - 1)) await invite(0, room, 'pest', 'pestered')
      await atOnce([0, 1].map((on) => () => invite(on, `more-${on}`, 'pest', 'pestered')))
      expect(await shownTo('pestered')).toBe(LIMITS.invitationsFromOne)
    })

    test('stays within what one user is shown of all', async () => {
      for (const inviter of ids('inviter', LIMITS.invitationsReceived - 1))
        await invite(0, `by-${inviter}`, inviter, 'asked')
      await atOnce(ids('late', 4).map((inviter, on) => () => invite(on, `by-${inviter}`, inviter, 'asked')))
      expect(await shownTo('asked')).toBe(LIMITS.invitationsReceived)
    })

    test('is not seen by a user who blocks the inviter in the same moment', async () => {
      await invite(0, 'before', 'unwanted', 'blocking')
      const blocks = async () => {
        await node(1).block(asUserId('blocking'), asUserId('unwanted'), '2026-01-01T00:00:00.000Z')
        return undefined
      }
      await atOnce([() => invite(0, 'meanwhile', 'unwanted', 'blocking'), blocks])
      expect(await shownTo('blocking')).toBe(0)
    })
  })

  test('one direct-message room, whichever user opens it first', async () => {
    const made = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        node(index).createRoom({ ...roomOf({ type: 'dm' }), dmKey: 'ann bob' }),
      ),
    )
    expect(made.filter(({ created }) => created)).toHaveLength(1)
    expect(new Set(made.map(({ room }) => room.id)).size).toBe(1)
  })
})
