import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Message, RoomId } from '@roomful/protocol'
import { afterEach, describe, expect, test } from 'vitest'
import { testNode } from '../../packages/server/src/node/test-node'
import { headOf, messagesOf, newRoom } from '../../packages/server/src/stores/contract/contract-room'
import { MemoryStore } from '../../packages/server/src/stores/memory/memory-store'
import type { Store } from '../../packages/server/src/stores/port'
import { openPostgresStore } from '../../packages/server/src/stores/postgres/postgres-store'
import { openSqliteStore } from '../../packages/server/src/stores/sqlite/sqlite-store'
import { startPostgres } from '../../packages/testing/src/postgres'

const WRITERS = 16
const SENDS = 40
const names = Array.from({ length: WRITERS }, (_, n) => `user${n}`)
const numbers = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, n) => from + n)

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0)) await end()
})

/** The stores of one database: one per node. */
const databases: Record<string, () => Promise<Store[]>> = {
  memory: async () => [new MemoryStore({ epoch: 'epoch-1' })],
  SQLite: async () => {
    const folder = mkdtempSync(join(tmpdir(), 'roomful-race-'))
    ends.push(() => rmSync(folder, { recursive: true }))
    return [await openSqliteStore(join(folder, 'chat.db'))]
  },
  Postgres: async () => onPostgres(1),
  'Postgres, two nodes': async () => onPostgres(2),
}

async function onPostgres(nodes: number): Promise<Store[]> {
  const postgres = await startPostgres()
  ends.push(() => postgres[Symbol.asyncDispose]())
  const url = await postgres.createDatabase()
  return Promise.all(Array.from({ length: nodes }, () => openPostgresStore(url)))
}

/** A row of the wire, as far as this test reads it. */
type Row = Pick<Message, 'seq' | 'rev' | 'id' | 'senderId' | 'content'>
type Sent = { readonly ok: boolean; readonly message: Row; readonly duplicate?: boolean }

async function send(device: Device, roomId: RoomId, name: string, n: number): Promise<Sent> {
  const payload = { roomId, content: `${name} ${n}`, clientId: `${name}-${String(n).padStart(6, '0')}` }
  return (await device.ask('send-message', payload)) as unknown as Sent
}
type Device = Awaited<ReturnType<ReturnType<typeof testNode>['device']>>

describe.each(Object.keys(databases))('on %s', (kind) => {
  test(`${WRITERS} writers at once, each send from two devices: 1..n, each once, in one order (I1 to I4, I9)`, async () => {
    const stores = (await databases[kind]?.()) ?? []
    ends.unshift(...stores.map((store) => () => store.close()))
    const [store] = stores
    if (!store) throw new Error('unreachable')
    const roomId = await newRoom(store, {
      roles: { ann: 'owner', ...Object.fromEntries(names.map((name) => [name, 'member' as const])) },
    })
    const before = await headOf(store, roomId)
    // Ids are global, not per node: two nodes that made the same ones would refuse each other's rows.
    const nodes = stores.map((one, n) => testNode({ store: one, nodeId: `node-${n}`, idPrefix: `n${n}` }))
    const deviceOn = (index: number, name: string): Promise<Device> => {
      const node = nodes[index % nodes.length]
      if (!node) throw new Error('unreachable')
      return node.device(name)
    }
    const reader = await deviceOn(0, 'ann')
    await reader.ask('join-rooms', { roomIds: [roomId] })

    // Without waiting for one before the next: concurrent sends meet in batches, and in races of nodes.
    const acks = await Promise.all(
      names.map(async (name) => {
        const devices = [await deviceOn(0, name), await deviceOn(1, name)]
        const sent = numbers(1, SENDS).map((n) =>
          Promise.all(devices.map((device) => send(device, roomId, name, n))),
        )
        return Promise.all(sent)
      }),
    )

    const total = WRITERS * SENDS
    const rows = await messagesOf(store, roomId)
    expect(rows.map(({ seq }) => seq)).toEqual(numbers(1, total))
    expect(rows.map(({ rev }) => rev)).toEqual(numbers(before.rev + 1, before.rev + total))
    expect(await headOf(store, roomId)).toEqual({ rev: before.rev + total, lastSeq: total })
    expect(new Set(rows.map(({ senderId, clientId }) => `${senderId} ${clientId}`)).size).toBe(total)
    for (const name of names) {
      const own = rows.filter(({ senderId }) => senderId === name).map(({ content }) => content)
      expect(own).toEqual(numbers(1, SENDS).map((n) => `${name} ${n}`))
    }
    // Both devices were acked with the one row, and one of them was first.
    expect(acks.flat(2).filter(({ ok }) => !ok)).toEqual([])
    for (const [one, other] of acks.flat()) {
      expect(one?.message.id).toBe(other?.message.id)
      expect([one?.duplicate, other?.duplicate].filter(Boolean)).toHaveLength(1)
    }
    if (nodes.length > 1) return
    // Every listener received every change once, in order (I3).
    const told = reader.all('changes').flatMap((frame) => (frame as { changes: { rev: number }[] }).changes)
    expect(told.map(({ rev }) => rev)).toEqual(numbers(before.rev + 1, before.rev + total))
  })
})
