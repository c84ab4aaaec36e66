import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createChatServer } from './create-chat-server'
import type { ServerOptions } from './options'
import { systemClock } from './ports/clock'
import { createMemoryStore } from './stores/memory/memory-store'
import type { Store } from './stores/port'

const SECRET = `whsec_${Buffer.from('a secret of 24 bytes, 32').toString('base64')}`

test('a default room with the name of an ephemeral one is refused at the start', async () => {
  const starting = createChatServer({ port: 0, database: 'memory:', defaultRooms: ['ephemeral_hall'] })
  await expect(starting).rejects.toThrow('ephemeral_hall is the name of an ephemeral room')
})

describe('a start that fails', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'roomful-start-'))
  })
  afterEach(() => {
    vi.restoreAllMocks()
    rmSync(folder, { recursive: true })
  })

  /** The server's timers that have neither fired nor been cancelled. */
  function timers(): ReadonlySet<object> {
    const left = new Set<object>()
    const { setTimer } = systemClock
    vi.spyOn(systemClock, 'setTimer').mockImplementation((ms, fn) => {
      const timer = {}
      left.add(timer)
      const cancel = setTimer(ms, () => {
        left.delete(timer)
        fn()
      })
      return () => {
        left.delete(timer)
        cancel()
      }
    })
    return left
  }

  const options = (): ServerOptions => ({
    ...{ port: 0, host: '127.0.0.1', guests: true, logLevel: 'silent' },
    database: `sqlite:${join(folder, 'chat.db')}`,
    webhooks: [{ id: 'app', url: 'https://app.example.com/events', secrets: [SECRET] }],
  })

  test.each<[string, string, (good: ServerOptions, file: string) => ServerOptions]>([
    [
      'kinds of files that cannot be stripped',
      'the metadata of heic',
      (good) => ({ ...good, stripImageMetadata: true, fileKinds: { heic: 1 } }),
    ],
    ['a folder that cannot be made', 'ENOTDIR', (good, file) => ({ ...good, files: join(file, 'files') })],
    [
      'what its last step trips over',
      'tripped',
      (good) => ({
        ...good,
        get retention(): never {
          throw new Error('tripped')
        },
      }),
    ],
  ])('for %s leaves the database free, and no timer', async (_, reason, wrong) => {
    const file = join(folder, 'file')
    writeFileSync(file, '')
    const left = timers()
    await expect(createChatServer(wrong(options(), file))).rejects.toThrow(reason)
    const afterFirst = left.size
    const second = await createChatServer(options())
    expect(left.size).toBeGreaterThan(0)
    await second.close()
    expect([afterFirst, left.size]).toEqual([0, 0])
  })

  test('because its port is taken leaves the database free, and no timer', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await vi.waitUntil(() => other.listening, 120_000)
    const left = timers()
    const { port } = other.address() as AddressInfo
    await expect(createChatServer({ ...options(), port })).rejects.toThrow('EADDRINUSE')
    expect(left.size).toBe(0)
    await (await createChatServer(options())).close()
    other.close()
  })

  test('closes a store of the app that it had begun to use, and no other', async () => {
    const closed: string[] = []
    const storeNamed = (name: string): Store => {
      const store = createMemoryStore()
      vi.spyOn(store, 'close').mockImplementation(async () => void closed.push(name))
      return store
    }
    const { database: _, ...rest } = options()
    const good = { ...rest, auth: { jwtSecret: 's'.repeat(32) } }
    const starting = (store: Store, wrong: ServerOptions) => createChatServer({ ...good, store, ...wrong })
    await expect(starting(storeNamed('unused'), { path: 'no path' })).rejects.toThrow('--path')
    const heic = { stripImageMetadata: true, fileKinds: { heic: 1 } }
    await expect(starting(storeNamed('used'), heic)).rejects.toThrow('the metadata of heic')
    expect(closed).toEqual(['used'])
  })
})
