import { type Chat, createChat } from '@roomful/client'
import { type ChatEvent, signToken } from '@roomful/server'
import { waitUntil } from '@roomful/testing'
import { type ServerProcess, startPostgres } from '@roomful/testing/node'
import { describe, expect, test } from 'vitest'
import { NO_LIMITS, roomful, serve, temporaryFolder } from './roomful-command'
import { Receiver } from './webhook-receiver'

const SECRET = 'a secret of thirty-two characters'
const ROOMS = ['one', 'two', 'three', 'four', 'five']
const ROUNDS = 5
/** In each round, twice: before the server is killed, and while it starts again. */
const SENDS = 40

/** The rev of the row that an event is about: of one room they ascend. */
function placeOf(event: ChatEvent): { roomId: string; rev: number } | undefined {
  switch (event.type) {
    case 'message.sent':
      return event.data.message
    case 'member.joined':
      return event.data.member
    default:
      return undefined
  }
}

async function open(url: string, name: string): Promise<Chat> {
  const token = await signToken(SECRET, { id: name, name })
  const chat = createChat({ url, auth: () => token, storage: 'memory' })
  chat.connect()
  return chat
}

/**
 * Two thousand messages in five rooms, by people whose server is killed five times, to a receiver that fails, hangs and
 * is killed. `killed`: which server, in each round.
 */
async function prove(
  start: (port: number, webhooks: string) => Promise<ServerProcess>,
  nodes: number,
  settled: () => Promise<unknown> = async () => {},
) {
  const receiver = new Receiver((call) =>
    call === 300 || call === 900 ? 'hangs' : call % 50 === 0 ? 'fails' : 'takes',
  )
  await receiver.start()
  const servers: ServerProcess[] = []
  for (let node = 0; node < nodes; node++) servers.push(await start(0, receiver.webhooks))
  const chats = await Promise.all(
    ROOMS.map((room, index) => open(servers[index % nodes]?.url ?? '', `user-${room}`)),
  )
  const sendAll = (round: string): void => {
    for (const [index, chat] of chats.entries())
      for (let count = 0; count < SENDS; count++) void chat.room(ROOMS[index] ?? '').send(`${round} ${count}`)
  }
  try {
    for (let round = 0; round < ROUNDS; round++) {
      sendAll(`round ${round} before`)
      const before = receiver.taken.length
      await waitUntil('some events', () => receiver.taken.length > before + 20)
      const victim = round % nodes
      const port = servers[victim]?.port ?? 0
      if (round === 2) await receiver.kill()
      await servers[victim]?.kill()
      sendAll(`round ${round} after`)
      servers[victim] = await start(port, receiver.webhooks)
      if (round === 2) await receiver.start()
    }
    await Promise.all(chats.map((chat) => chat.flush()))
    const wanted = ROOMS.length * ROUNDS * 2 * SENDS
    const sent = () =>
      receiver.taken.flatMap((event) =>
        event.type === 'message.sent' && event.data.message.type === 'text' ? event.data.message : [],
      )
    await waitUntil('every event', () => sent().length >= wanted, 10 * 60_000)
    await settled()
    process.stdout.write(
      `${nodes} server(s): ${receiver.taken.length} events, ${receiver.calls} calls, ${receiver.repeats} repeats\n`,
    )
    expect(receiver.faults).toEqual([])
    // None lost, and none made twice.
    const texts = sent().map(({ roomId, content }) => `${roomId} ${content}`)
    expect(new Set(texts).size).toBe(wanted)
    expect(texts).toHaveLength(wanted)
    // In order a room, without a hole.
    for (const room of ROOMS) {
      const revs = receiver.taken.flatMap((event) => {
        const place = placeOf(event)
        return place?.roomId === room ? [place.rev] : []
      })
      expect(revs).toEqual(revs.map((_, index) => (revs[0] ?? 0) + index))
      expect(revs.length).toBeGreaterThanOrEqual(wanted / ROOMS.length)
    }
  } finally {
    await Promise.all(chats.map((chat) => chat.close()))
    await receiver.kill()
    for (const server of servers) await server.kill()
  }
}

describe('webhooks: each event at least once, in order a room, none lost', () => {
  const flags = ['--jwt-secret', SECRET, '--default-rooms', ROOMS.join(',')]
  const args = (port: number, database: string) => [
    ...['--port', String(port), '--database', database, ...flags, ...NO_LIMITS],
  ]

  test('a server on SQLite that is killed with -9 five times in 2,000 events', async () => {
    using folder = temporaryFolder()
    const database = `sqlite:${folder.path}/chat.db`
    // Taken is not yet noted: a server that is killed in between sends it again.
    const noted = () =>
      waitUntil('every event to be noted', async () => {
        const { code, stdout } = await roomful(['webhooks', 'list', '--database', database])
        return code === 0 && stdout.toString() === ''
      })
    await prove(
      (port, webhooks) => serve(args(port, database), { env: { ROOMFUL_WEBHOOKS: webhooks } }),
      1,
      noted,
    )
  })

  test('two servers on Postgres, killed in turn five times in 2,000 events', async () => {
    await using postgres = await startPostgres()
    const database = await postgres.createDatabase()
    await prove((port, webhooks) => serve(args(port, database), { env: { ROOMFUL_WEBHOOKS: webhooks } }), 2)
  })
})
