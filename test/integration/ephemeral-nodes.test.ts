import { waitUntil } from '@roomful/testing'
import type { ServerProcess } from '@roomful/testing/node'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { startPostgres, type TestPostgres } from '../../packages/testing/src/postgres'
import { startRedis, type TestRedis } from '../../packages/testing/src/redis'
import { NO_LIMITS, serve } from './roomful-command'
import { type Device, messagesOf, SECRET, signIn } from './server-fixture'

let postgres: TestPostgres
let redis: TestRedis
beforeAll(async () => {
  ;[postgres, redis] = await Promise.all([startPostgres(), startRedis()])
})
afterAll(async () => {
  await redis[Symbol.asyncDispose]()
  await postgres[Symbol.asyncDispose]()
})

const nodes: ServerProcess[] = []
const devices: Device[] = []
afterEach(async () => {
  for (const device of devices.splice(0)) device.close()
  // A frozen one receives no SIGTERM.
  await Promise.all(nodes.splice(0).map((node) => node.kill()))
})

/** Two servers of one deployment, as processes: they can be killed and frozen. */
async function twoNodes(args: readonly string[]): Promise<[ServerProcess, ServerProcess]> {
  const database = await postgres.createDatabase()
  const start = async (): Promise<ServerProcess> => {
    const node = await serve(
      ['--port', '0', '--database', database, '--invitations', 'open', ...NO_LIMITS, ...args],
      {
        env: { ROOMFUL_JWT_SECRET: SECRET },
      },
    )
    nodes.push(node)
    return node
  }
  return [await start(), await start()]
}

async function enter(node: ServerProcess, id: string): Promise<Device> {
  const device = await signIn(node, id)
  devices.push(device)
  return device
}

const clientId = (n: number): string => `client-${String(n).padStart(4, '0')}`
const sendTo = (device: Device, roomId: string, n: number) =>
  device.ask('send-message', { roomId, content: `message ${n}`, clientId: clientId(n) })

type Row = { readonly seq: number; readonly clientId?: string; readonly type: string }
const historyOf = async (device: Device, roomId: string): Promise<readonly Row[]> =>
  (await device.do('fetch-history', { roomId, limit: 100 })).messages

const kinds: Record<string, () => readonly string[]> = {
  Redis: () => ['--redis', redis.url],
  'Postgres alone': () => [],
}

describe.each(Object.keys(kinds))('ephemeral rooms of two servers, on %s', (kind) => {
  const start = () => twoNodes(kinds[kind]?.() ?? [])

  test('P1 P2: a room created on A is served by B when A is killed; what was acked is there, once', async () => {
    const [a, b] = await start()
    const [ann, bob] = [await enter(a, 'ann'), await enter(b, 'bob')]
    const { room } = await ann.do('create-room', { name: 'Live', type: 'ephemeral', members: ['bob'] })
    await bob.next('room-added', ({ item }) => item.room.id === room.id)
    await bob.do('join-rooms', { roomIds: [room.id] })
    const acked = new Map<number, number>()
    const send = async (n: number): Promise<void> => {
      const { message } = (await sendTo(ann, room.id, n)) as { message?: { seq: number } }
      if (message) acked.set(n, message.seq)
    }
    const sending = Promise.allSettled(Array.from({ length: 60 }, (_, n) => send(n)))
    await waitUntil('the first acks', () => acked.size > 0)
    await a.kill()
    ann.close()
    await sending

    const back = await enter(b, 'ann')
    // As an outbox does: what was not acked, and what was acked may come again from another tab.
    for (let n = 0; n < 60; n++) {
      const answer = await sendTo(back, room.id, n)
      expect(answer).toMatchObject({ ok: true })
      const { message, duplicate } = answer as { message: { seq: number }; duplicate?: true }
      if (acked.has(n)) expect([message.seq, duplicate]).toEqual([acked.get(n), true])
    }
    const rows = (await historyOf(bob, room.id)).filter(({ type }) => type !== 'system')
    expect(rows).toHaveLength(60)
    expect(new Set(rows.map((row) => row.clientId)).size).toBe(60)
    expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_, index) => (rows[0]?.seq ?? 0) + index))
    await waitUntil('the other one to have them all', () => {
      const told = messagesOf(bob.all('changes')).map((message) => message.clientId)
      return Array.from({ length: 60 }, (_, n) => clientId(n)).every((id) => told.includes(id as never))
    })
  })

  test('P5 P16: while A is frozen its rooms are there, and A has everything when it continues', async () => {
    const [a, b] = await start()
    const [ann, bob] = [await enter(a, 'ann'), await enter(b, 'bob')]
    const { room } = await ann.do('create-room', { name: 'Live', type: 'ephemeral', members: ['bob'] })
    await ann.do('join-rooms', { roomIds: [room.id] })
    await sendTo(ann, room.id, 1)
    process.kill(a.pid, 'SIGSTOP')
    expect(await sendTo(bob, room.id, 2)).toMatchObject({ ok: true, message: { seq: 2 } })
    expect(await historyOf(bob, room.id)).toMatchObject([{ seq: 1 }, { seq: 2 }])
    expect(await bob.ask('add-member', { roomId: room.id })).toMatchObject({ ok: true })
    const back = await enter(b, 'ann')
    expect(await sendTo(back, room.id, 1)).toMatchObject({ ok: true, duplicate: true, message: { seq: 1 } })
    expect(await sendTo(back, room.id, 3)).toMatchObject({ ok: true, message: { seq: 3 } })
    process.kill(a.pid, 'SIGCONT')
    await waitUntil('A to have heard of it', () => {
      const told = messagesOf(ann.all('changes')).map(({ seq }) => seq)
      return [2, 3].every((seq) => told.includes(seq))
    })
  })

  test('P8: a user removed on B is removed on A, although A created the room', async () => {
    const [a, b] = await start()
    const [ann, bob] = [await enter(a, 'ann'), await enter(b, 'bob')]
    const { room } = await ann.do('create-room', { name: 'Live', type: 'ephemeral', members: ['bob'] })
    await ann.do('set-role', { roomId: room.id, userId: 'bob', role: 'owner' })
    await bob.do('remove-member', { roomId: room.id, userId: 'ann' })
    await ann.next('room-removed', ({ roomId }) => roomId === room.id)
    expect(await sendTo(ann, room.id, 1)).toMatchObject({ code: 'ROOM_NOT_FOUND' })
  })
})
