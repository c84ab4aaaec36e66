import type { Room } from '@roomful/client'
import { waitUntil } from '@roomful/testing'
import { createTestClient, createTestServer } from '@roomful/testing/node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startPostgres, type TestPostgres } from '../../packages/testing/src/postgres'
import { temporaryFolder } from './roomful-command'

let postgres: TestPostgres
const folder = temporaryFolder()
beforeAll(async () => {
  postgres = await startPostgres()
})
afterAll(async () => {
  await postgres[Symbol.asyncDispose]()
  folder[Symbol.dispose]()
})

const databases: Readonly<Record<string, () => Promise<string>>> = {
  sqlite: async () => `sqlite:${folder.path}/chat.db`,
  postgres: () => postgres.createDatabase(),
}
const pinned = (room: Room): string[] => room.getState().pins.map(({ content }) => content)
const shows = (room: Room, ...contents: string[]): Promise<true> =>
  waitUntil(`the pins ${contents}`, async () => pinned(room).join() === contents.join())

test.each(['sqlite', 'postgres'])(
  'pins on %s: over a socket, and after a restart of the server',
  async (kind) => {
    const database = (await databases[kind]?.()) ?? expect.unreachable()
    let roomId: string
    {
      await using server = await createTestServer({ database, defaultRooms: [] })
      await using ann = await createTestClient(server, 'ann')
      await using bob = await createTestClient(server, 'bob')
      const here = await ann.createRoom({ name: 'Den', type: 'public' })
      const passing = await ann.createRoom({ name: 'Passing', type: 'ephemeral' })
      roomId = here.id
      for (const room of [here, passing]) {
        await room.open()
        const there = await bob.joinRoom(room.id)
        await there.open()
        const [one, two] = [await room.send('one'), await there.send('two')]
        await room.pin(one.id)
        await room.pin(two.id)
        for (const side of [room, there]) await shows(side, 'two', 'one')
        await expect(there.unpin(one.id)).rejects.toMatchObject({ code: 'FORBIDDEN' })
        await there.edit(two.id, '2')
        for (const side of [room, there]) await shows(side, '2', 'one')
        await room.unpin(one.id)
        for (const side of [room, there]) await shows(side, '2')
      }
    }
    await using server = await createTestServer({ database, defaultRooms: [] })
    await using ann = await createTestClient(server, 'ann')
    const room = ann.room(roomId)
    await room.open()
    expect(room.getState().pins).toMatchObject([{ content: '2', senderId: 'bob', pinned: { by: 'ann' } }])
  },
)
