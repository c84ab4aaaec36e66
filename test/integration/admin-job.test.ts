import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { createAdmin } from '@roomful/admin'
import { createApiKey } from '@roomful/server'
import { expect, test } from 'vitest'
import { serve, temporaryFolder } from './roomful-command'
import { SECRET, signIn } from './server-fixture'

const JOB = fileURLToPath(new URL('admin-job.mjs', import.meta.url))
const ROOMS = 200
const ROWS_A_ROOM = 51

test('a job of 1,000 users, 200 rooms and 10,000 system messages, killed twice and its server too: nothing is there twice, and the users find it all', async () => {
  using folder = temporaryFolder()
  const file = `${folder.path}/api-keys`
  const { key: apiKey } = await createApiKey(file, ['*'])
  const start = () =>
    serve([
      ...['--port', '0', '--database', `sqlite:${folder.path}/chat.db`, '--jwt-secret', SECRET],
      ...['--api-key-file', file, '--api-rows-per-second', '5000'],
    ])

  /** One life of the job: to its end, or until it has done so many rooms. Returns the exit code; null if it was killed. */
  const live = async (url: string, last?: number): Promise<number | null> => {
    const child = fork(JOB, { env: { PATH: process.env.PATH, URL: url, API_KEY: apiKey }, execArgv: [] })
    const ended = once(child, 'exit')
    child.on('message', ({ rooms }: { rooms: number }) => {
      if (last !== undefined && rooms >= last) child.kill('SIGKILL')
    })
    const [code] = await ended
    return code
  }

  const first = await start()
  expect(await live(first.url, 30), 'killed in its first rooms').toBe(null)
  const second = live(first.url, 120)
  expect(await second, 'killed in the middle').toBe(null)
  await first.kill()
  await using server = await start()
  expect(await live(server.url)).toBe(0)

  const admin = createAdmin({ url: server.url, apiKey })
  const users = new Set<string>()
  for await (const user of admin.each('users.list', { limit: 100 })) users.add(user.id)
  expect(users.size).toBe(1_000)
  let counted = 0
  for await (const room of admin.each('rooms.list', { type: 'private' })) {
    counted++
    expect({ id: room.id, lastSeq: room.lastSeq, members: room.memberCount }).toEqual({
      ...{ id: room.id, lastSeq: ROWS_A_ROOM, members: 5 },
    })
  }
  expect(counted).toBe(ROOMS)
  expect(await admin.messages.count({ roomId: 'order-77' })).toEqual({ count: ROWS_A_ROOM })

  // They sign in for the first time, a day or a year later.
  for (const [userId, unread] of [
    ['user-385', 0],
    ['user-389', 1],
  ] as const) {
    const device = await signIn(server, userId)
    const { list } = await device.do('sync', { rooms: {}, list: true })
    const item = list?.find(({ room }) => room.id === 'order-77')
    expect(item).toMatchObject({ unread, preview: { content: 'Any questions?' } })
    const { messages } = await device.do('fetch-history', { roomId: 'order-77', limit: 200 })
    expect(messages.map(({ content }) => content)).toEqual([
      ...Array.from({ length: ROWS_A_ROOM - 1 }, (_, n) => `Step ${n} of order 77`),
      'Any questions?',
    ])
    device.socket.close()
  }
})
