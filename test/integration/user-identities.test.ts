import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createChat } from '@roomful/client'
import { fileStore } from '@roomful/client/node'
import { SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startPostgres, type TestPostgres } from '../../packages/testing/src/postgres'
import { waitUntil } from '../../packages/testing/src/wait-until'
import { connect, refusalOf, SECRET, startServer, tokenOf } from './server-fixture'

let postgres: TestPostgres
let folder: string
beforeAll(async () => {
  postgres = await startPostgres()
  folder = mkdtempSync(join(tmpdir(), 'roomful-identities-'))
})
afterAll(async () => {
  await postgres[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})

const STORES: [string, () => Promise<string>][] = [
  ['memory', async () => 'memory:'],
  ['SQLite', async () => `sqlite:${mkdtempSync(join(folder, 'sqlite-'))}/roomful.db`],
  ['Postgres', () => postgres.createDatabase()],
]

describe.each(STORES)('on %s', (_, database) => {
  test('users whose ids have slashes, bars and 255 letters chat, over a restart of their program (P1, P3)', async () => {
    await using server = await startServer({ database: await database() })
    const ids = ['tenant/ann', 'auth0|7', 'urn:x:7?#', '漢'.repeat(255)]
    const path = mkdtempSync(join(folder, 'outbox-'))
    const open = (id: string) =>
      createChat({ url: server.url, auth: () => tokenOf(id), storage: fileStore(join(path, 'outbox')) })
    const others = ids
      .slice(1)
      .map((id) => createChat({ url: server.url, auth: () => tokenOf(id), storage: 'memory' }))
    for (const chat of others) await chat.connect()
    const ann = open('tenant/ann')
    const dm = await ann.openDm(ids.slice(1))
    await dm.send('hello')
    await ann.close()

    const again = open('tenant/ann')
    const room = again.room(dm.id)
    await room.open()
    expect(room.messages()).toMatchObject([{ content: 'hello', senderId: 'tenant/ann' }])
    const watch = again.presence(ids.slice(1))
    const stop = watch.subscribe(() => {})
    await waitUntil('everybody online', () =>
      ids.slice(1).every((id) => watch.getState().users.get(id)?.status === 'online'),
    )
    stop()
    for (const chat of others) await chat.close()
    await again.close()
  })

  test.each([
    ['fractional', 4_000_000_000.0004],
    ['huge', 1e300],
  ])('a token with a %s exp is accepted, renewed and logged out by', async (_kind, exp) => {
    await using server = await startServer({ database: await database() })
    const token = await new SignJWT({ sub: 'ann', sid: 's1', exp })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(new TextEncoder().encode(SECRET))
    const device = await connect(server, { token, protocol: 2 })
    expect(await device.ask('refresh-token', { token })).toMatchObject({ ok: true })
    const headers = { authorization: `Bearer ${token}` }
    const logout = await fetch(`${server.url}/auth/logout`, { method: 'POST', headers })
    expect(logout.status).toBe(200)
    await device.disconnected
    expect(await refusalOf(server, { token })).toMatchObject({ code: 'SESSION_REVOKED' })
  })
})
