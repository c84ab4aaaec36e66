import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ChatServer, createChatServer, signToken } from '@roomful/server'
import { waitUntil } from '@roomful/testing'
import { lineOf, newApiKey } from '../../packages/server/src/api/api-keys'
import { build } from '../../scripts/build.mjs'
import { SECRET, signIn } from '../integration/server-fixture'

export const USERS = 300
export const ROOMS = 60
/** One that shows what becomes of names: it is longer than any column. */
export const LONG_NAME = `The room of ${'very '.repeat(16)}long names`
export const RTL_NAME = 'غرفة الأصدقاء (قديمة)'
/** Of the room `talk`, oldest first. */
export const TALK = 120

export const REPORTS = 3

export type OperatedServer = AsyncDisposable & {
  readonly server: ChatServer
  /** Of the page, without the slash at the end. */
  readonly url: string
  readonly key: string
  /** A key that may only read users. */
  readonly readsUsers: string
  readonly adminToken: string
  /** The webhook `crm`, which wants reports: it answers 410, so that each becomes a dead letter, until it is mended. */
  readonly crm: { readonly received: readonly string[]; mend(): void }
}

/** A server with its page on, and what a small app has after a week: users, rooms, messages, reports. */
export async function startOperatedServer(options: { port?: number } = {}): Promise<OperatedServer> {
  await build({ types: false })
  const folder = mkdtempSync(join(tmpdir(), 'roomful-operators-'))
  const [all, users] = [['*'] as const, ['users:read'] as const].map((scopes) =>
    newApiKey(scopes, '2026-01-01T00:00:00.000Z'),
  )
  if (!all || !users) throw new Error('two keys')
  writeFileSync(join(folder, 'keys'), lineOf(all.kept) + lineOf(users.kept))
  const crm = await startReceiver()
  const server = await createChatServer({
    ...{ port: options.port ?? 0, host: '127.0.0.1', database: `sqlite:${folder}/chat.db` },
    ...{ auth: { jwtSecret: SECRET }, apiKeyFile: join(folder, 'keys'), adminPage: true },
    webhooks: [
      { id: 'crm', url: crm.url, secrets: [`whsec_${btoa('x'.repeat(32))}`], types: ['report.made'] },
    ],
    logLevel: 'silent',
  })
  await fill(server)
  await waitUntil('each report to be refused', async () => {
    const { letters } = await server.webhooks.dead('crm')
    return letters.length === REPORTS
  })
  return {
    ...{ server, url: `${server.url}/admin`, key: all.key, readsUsers: users.key, crm },
    adminToken: await signToken(SECRET, { id: 'olga', name: 'Olga', admin: true }),
    async [Symbol.asyncDispose]() {
      await server.close()
      crm.close()
      rmSync(folder, { recursive: true })
    },
  }
}

async function startReceiver() {
  let status = 410
  const received: string[] = []
  const http = createServer((request, response) => {
    if (status === 200) received.push(String(request.headers['webhook-id']))
    request.resume().on('end', () => response.writeHead(status).end())
  })
  await once(http.listen(0, '127.0.0.1'), 'listening')
  return {
    received,
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/events?from=chat`,
    mend: () => {
      status = 200
    },
    close: () => http.close(),
  }
}

const idOf = (index: number): string => `user-${String(index).padStart(3, '0')}`

async function fill(server: ChatServer): Promise<void> {
  const { api } = server
  const users = Array.from({ length: USERS }, (_, index) => ({ id: idOf(index), name: `Person ${index}` }))
  users.push({ id: 'layla', name: 'ليلى عبد الرحمن' }, { id: 'auth0|507f1f77bcf86cd799439011', name: 'Zoë' })
  await api.users.upsertMany({ users })
  for (let index = 0; index < ROOMS; index++) {
    const roomId = `room-${String(index).padStart(2, '0')}`
    await api.rooms.upsert({ roomId, name: `Topic ${index}`, type: index % 3 === 0 ? 'public' : 'private' })
  }
  await api.rooms.upsert({ roomId: 'long', name: LONG_NAME.slice(0, 100), type: 'public' })
  await api.rooms.upsert({ roomId: 'rtl', name: RTL_NAME, type: 'private' })
  await api.rooms.upsert({ roomId: 'empty', name: 'Empty', type: 'private' })
  await fillTalk(server)
}

/** A room with a history of some pages, and three reports of which one is about a message in Arabic. */
async function fillTalk(server: ChatServer): Promise<void> {
  const { api } = server
  const roomId = 'talk'
  await api.rooms.upsert({ roomId, name: 'Small talk', type: 'public' })
  const people = [...Array.from({ length: 80 }, (_, index) => idOf(index)), 'layla']
  await api.members.addMany({ roomId, silent: true, members: people.map((userId) => ({ userId })) })
  for (let index = 0; index < TALK; index++)
    await api.messages.send({ roomId, userId: idOf(index % 7), content: `message ${index}` })
  const rude = await api.messages.send({ roomId, userId: idOf(3), content: 'You are all fools.' })
  const spam = await api.messages.send({ roomId, userId: 'layla', content: 'اشترِ الآن! https://example.com' })
  for (const index of [5, 6, 0])
    await api.messages.send({ roomId, userId: idOf(index), content: `and then ${index}` })
  for (const [{ message }, by, reason] of [
    [rude, idOf(5), 'This is an insult.'],
    [spam, idOf(5), 'Spam'],
    [spam, idOf(6), undefined],
  ] as const) {
    const reporter = await signIn(server, by)
    const why = reason === undefined ? {} : { reason }
    await reporter.do('report-message', { roomId, messageId: message.id, ...why })
    reporter.close()
  }
}
