import { readFileSync } from 'node:fs'
import type { ChatServer } from '@roomful/server'
import { waitUntil } from '@roomful/testing'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { pingRedis } from '../../packages/server/src/cluster/ping-redis'
import { startPostgres, type TestPostgres } from '../../packages/testing/src/postgres'
import { startRedis, type TestRedis } from '../../packages/testing/src/redis'
import { type Device, signIn, startServer } from './server-fixture'

const PAGES = ['deploying', 'security'].map((name) => `docs/guides/${name}.md`)
const PASSWORD = 'a-password-of-these-tests'

let redis: TestRedis
let postgres: TestPostgres
let url = ''
const servers: ChatServer[] = []
const devices: Device[] = []
beforeAll(async () => {
  ;[redis, postgres] = await Promise.all([startRedis(), startPostgres()])
  const admin = new Redis(redis.url)
  const [command = '', ...words] = lineOf(PAGES[0] ?? '')
    .replace('>…', `>${PASSWORD}`)
    .split(' ')
  await admin.call(command, ...words)
  // As a server has it that takes the line seriously: no user may do without one.
  await admin.call('ACL', 'SETUSER', 'default', 'off')
  admin.disconnect()
  url = redis.url.replace('redis://', `redis://roomful:${PASSWORD}@`)
})
afterEach(async () => {
  for (const device of devices.splice(0)) device.close()
  for (const server of servers.splice(0)) await server.close()
})
afterAll(async () => {
  await redis[Symbol.asyncDispose]()
  await postgres[Symbol.asyncDispose]()
})

function lineOf(page: string): string {
  const line = /^ACL SETUSER .*$/m.exec(readFileSync(page, 'utf8'))?.[0]
  if (line === undefined) throw new Error(`${page} has no such line`)
  return line
}

test('the pages name the same rights', () => {
  expect(new Set(PAGES.map(lineOf)).size).toBe(1)
})

test('two servers with exactly those rights reach each other, and keep ephemeral rooms', async () => {
  const problems: unknown[] = []
  const note = (...args: unknown[]): void => void problems.push(args)
  const logger = { debug() {}, info() {}, warn: note, error: note }
  const database = await postgres.createDatabase()
  for (const _ of [1, 2]) servers.push(await startServer({ database, redis: url, logger }))
  const [ann, bob] = await Promise.all(
    servers.map((server, index) => signIn(server, index === 0 ? 'ann' : 'bob')),
  )
  if (!ann || !bob) throw new Error('both signed in')
  devices.push(ann, bob)
  const { room } = await ann.do('create-room', { name: 'Live', type: 'ephemeral' })
  await bob.do('add-member', { roomId: room.id })
  for (const roomId of ['general', room.id]) {
    for (const device of [ann, bob]) await device.do('join-rooms', { roomIds: [roomId] })
    const content = `to ${roomId}`
    await ann.do('send-message', { roomId, content, clientId: `client-${roomId}` })
    await waitUntil(`"${content}" to arrive`, () => JSON.stringify(bob.all('changes')).includes(content))
  }
  const page = await bob.do('fetch-history', { roomId: room.id })
  expect(page.messages.map(({ content }) => content)).toContain(`to ${room.id}`)
  expect(problems).toEqual([])
})

test('the doctor takes it for a working Redis', async () => {
  await expect(pingRedis(url)).resolves.toBeDefined()
})

test('everything else is refused: other keys and channels, and what is for administrators', async () => {
  const user = new Redis(url)
  const refused = async (...[command = '', ...words]: string[]): Promise<string> =>
    user.call(command, ...words).then(
      () => `${command} was done`,
      (error: Error) => error.message.slice(0, 6),
    )
  expect(await user.call('SET', 'roomful:a', '1')).toBe('OK')
  for (const words of [
    ['GET', 'other'],
    ['SET', 'other', '1'],
    ['DEL', 'other'],
    ['PUBLISH', 'other', 'x'],
    ['SUBSCRIBE', 'other'],
    ['KEYS', '*'],
    ['FLUSHALL'],
    ['CONFIG', 'GET', '*'],
    ['SHUTDOWN'],
    ['ACL', 'LIST'],
    ['MONITOR'],
    ['REPLICAOF', '127.0.0.1', '9'],
    ['CLIENT', 'KILL', 'ID', '1'],
  ])
    expect([words[0], await refused(...words)]).toEqual([words[0], 'NOPERM'])
  // A script is no way round; Redis says so in other words.
  const script = user.call('EVAL', "return redis.call('GET', 'other')", '0')
  await expect(script).rejects.toThrow(/NOPERM|can't access at least one of the keys/)
  user.disconnect()
})
