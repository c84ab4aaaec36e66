import { asClientId } from '@roomful/protocol'
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
import { openPostgresStore } from '../../packages/server/src/stores/postgres/postgres-store'
import { startPostgres, type TestPostgres } from '../../packages/testing/src/postgres'

const WRITERS = 16
const SENDS_PER_WRITER = 30

/** To the database, two server processes look the same as two stores in one process. */
describe('two nodes on one Postgres', () => {
  let postgres: TestPostgres
  let nodes: Store[] = []
  beforeAll(async () => {
    postgres = await startPostgres()
    const url = await postgres.createDatabase()
    // At once, so that both find an empty database and try to create its tables.
    nodes = await Promise.all([openPostgresStore(url), openPostgresStore(url)])
  })
  afterAll(async () => {
    await Promise.all(nodes.map((node) => node.close()))
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
