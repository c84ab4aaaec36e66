import { createChat } from '@roomful/client'
import { waitUntil } from '@roomful/testing'
import { startPostgres } from '@roomful/testing/node'
import { expect, test } from 'vitest'
import { ClientPool } from '../../packages/server/src/stores/postgres/client-pool'
import { startServer, tokenOf } from './server-fixture'

test('the database connection is cut during a first sign-in: the user is in the default room all the same, and the first message is sent (P4)', async () => {
  await using postgres = await startPostgres()
  const database = await postgres.createDatabase()
  const server = await startServer({ database })
  const admin = new ClientPool(database, { max: 1 })
  const chat = createChat({ url: server.url, auth: await tokenOf('newcomer'), storage: 'memory' })
  const room = chat.room('general')
  const states: string[] = []
  chat.subscribe(() => states.push(chat.getState().connection.status))
  try {
    let sent: Promise<unknown> = Promise.resolve()
    // The newcomer's join waits for the room's lock, and is cut there.
    await admin.lend(async (session) => {
      await session.query('BEGIN')
      await session.query(`SELECT * FROM room_heads WHERE room_id = 'general' FOR UPDATE`)
      sent = room.send('my first message')
      const other = new ClientPool(database, { max: 1 })
      const cut = () =>
        other.lend((session) =>
          session.query(
            `SELECT count(pg_terminate_backend(pid))::int AS cut FROM pg_stat_activity WHERE wait_event_type = 'Lock'`,
          ),
        )
      await waitUntil('the join to wait', async () => Number((await cut())[0]?.cut) > 0)
      await other.close()
      await session.query('ROLLBACK')
    })
    await sent
    expect(room.messages()).toMatchObject([{ content: 'my first message', status: 'sent' }])
    await waitUntil('the room in the list', () => chat.getState().rooms.some(({ id }) => id === 'general'))
    // The server did not accept them without it.
    expect(states).toContain('waiting')
  } finally {
    await chat.close()
    await server.close()
    await admin.close()
  }
})
