import { asClientId, type ClientId, type RoomId } from '@roomful/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  commitOps,
  headOf,
  messagesOf,
  newRoom,
  say,
  sendOp,
} from '../../packages/server/src/stores/contract/contract-room'
import { type Store, StoreError } from '../../packages/server/src/stores/port'
import { openPostgresStore } from '../../packages/server/src/stores/postgres/postgres-store'
import { startPostgres, type TestPostgres } from '../../packages/testing/src/postgres'
import { createTcpProxy, type TcpProxy } from '../../packages/testing/src/tcp-proxy'
import { waitUntil } from '../../packages/testing/src/wait-until'

const CLIENTS = 6
const KILLS = 3

describe('Postgres goes away', () => {
  let postgres: TestPostgres
  let proxy: TcpProxy
  let store: Store
  beforeAll(async () => {
    postgres = await startPostgres()
    proxy = await createTcpProxy(postgres.port)
    const url = new URL(await postgres.createDatabase())
    url.port = String(proxy.port)
    store = await openPostgresStore(url.href)
  })
  afterAll(async () => {
    await store.close()
    await proxy.close()
    await postgres[Symbol.asyncDispose]()
  })

  /** A well-behaved client: every send again under its clientId until it is acked. */
  async function sendUntilStopped(
    roomId: RoomId,
    client: number,
    running: () => boolean,
  ): Promise<ClientId[]> {
    const acked: ClientId[] = []
    while (running()) {
      const clientId = asClientId(`client-${client}-${String(acked.length).padStart(6, '0')}`)
      try {
        await commitOps(store, roomId, [sendOp('ann', 'text', { clientId })])
        acked.push(clientId)
      } catch (error) {
        if (!(error instanceof StoreError) || error.code !== 'UNAVAILABLE') throw error
        // Like a client's back-off; without it this loop would keep the server's start from the CPU.
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    }
    return acked
  }

  test('kill -9 under load: refusals are UNAVAILABLE, and the same store continues; nothing lost or doubled (P1, P2)', async () => {
    const roomId = await newRoom(store)
    let running = true
    const clients = Array.from({ length: CLIENTS }, (_, client) =>
      sendUntilStopped(roomId, client, () => running),
    )
    const progress = async (): Promise<void> => {
      const { lastSeq } = await waitUntil('an answer', () => headOf(store, roomId))
      await waitUntil('sends to go on', async () => (await headOf(store, roomId)).lastSeq > lastSeq + 20)
    }
    for (let kill = 0; kill < KILLS; kill++) {
      await progress()
      await postgres.kill()
      await expect(store.ping()).rejects.toMatchObject({ name: 'StoreError', code: 'UNAVAILABLE' })
      await postgres.start()
    }
    await progress()
    running = false
    const acked = (await Promise.all(clients)).flat()

    const rows = await messagesOf(store, roomId, { limit: 1_000_000 })
    expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_, index) => index + 1))
    const kept = rows.map(({ clientId }) => clientId)
    expect(new Set(kept).size).toBe(kept.length)
    expect(new Set(kept)).toEqual(new Set(acked))
  })

  test('an operator’s restart ends idle connections, and no request fails', async () => {
    const roomId = await newRoom(store)
    await postgres.stop()
    await postgres.start()
    await waitUntil('the connections to be new', () => say(store, roomId, 'ann', 'goes on'))
  })

  test('a half-open connection is given up after seconds, and the next commit opens a new one', async () => {
    const roomId = await newRoom(store)
    await say(store, roomId, 'ann', 'before')
    proxy.freeze()
    const [sent, read] = await Promise.allSettled([say(store, roomId, 'ann', 'lost'), headOf(store, roomId)])
    expect(sent).toMatchObject({ status: 'rejected', reason: { code: 'UNAVAILABLE' } })
    expect(read).toMatchObject({ status: 'rejected', reason: { code: 'UNAVAILABLE' } })
    proxy.heal()
    await waitUntil('a new line', () => say(store, roomId, 'ann', 'after'))
  })
})
