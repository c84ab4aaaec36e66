import { createContext, runInContext } from 'node:vm'
import type * as client from '@roomful/client'
import type { Chat, ChatOptions } from '@roomful/client'
import type * as reactNative from '@roomful/client/react-native'
import { waitUntil } from '@roomful/testing'
import { createTcpProxy, createTestClient, createTestServer } from '@roomful/testing/node'
import { build as bundle } from 'esbuild'
import { beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { build } from '../../scripts/build.mjs'

/** What an older React Native lacks, or never had. */
const LACKING =
  'crypto TextEncoder TextDecoder window document structuredClone queueMicrotask performance URL atob indexedDB'

type App = typeof client & typeof reactNative
let code = ''

beforeAll(async () => {
  await build({ types: false, pages: false })
  // As Metro resolves the published packages.
  const { outputFiles } = await bundle({
    stdin: {
      contents: `export * from '@roomful/client'; export * from '@roomful/client/react-native'`,
      resolveDir: process.cwd(),
    },
    bundle: true,
    format: 'iife',
    globalName: 'app',
    platform: 'browser',
    mainFields: ['react-native', 'browser', 'module', 'main'],
    conditions: ['react-native'],
    tsconfigRaw: '{}',
    write: false,
    logLevel: 'silent',
  })
  code = outputFiles[0]?.text ?? ''
})

/** The program starts on a device that has only what React Native gives it. */
function start(): App {
  const given = { console, setTimeout, clearTimeout, setInterval, clearInterval, AbortController, WebSocket }
  const context = createContext({ ...given, navigator: { product: 'ReactNative' } })
  for (const name of LACKING.split(' ')) expect(runInContext(`typeof ${name}`, context)).toBe('undefined')
  return runInContext(`${code}; app`, context)
}

/** AsyncStorage, on a map that outlives the program. */
const asyncStorage = (kept: Map<string, string>) => ({
  getItem: async (key: string) => kept.get(key) ?? null,
  setItem: async (key: string, value: string) => void kept.set(key, value),
  removeItem: async (key: string) => void kept.delete(key),
  getAllKeys: async () => [...kept.keys()],
})

const texts = (chat: Chat): string[] =>
  chat
    .room('general')
    .messages()
    .map(({ content, status }) => `${content} ${status}`)

test('React Native without crypto, TextEncoder and window: send, restart offline, and go on', async () => {
  await using server = await createTestServer()
  await using proxy = await createTcpProxy(Number(new URL(server.url).port))
  await using ben = await createTestClient(server, 'ben')
  await ben.room('general').open()
  const kept = new Map<string, string>()
  const auth = await server.token('ada')
  let connected: (state: { isConnected: boolean }) => void = () => {}
  const optionsOf = (app: App): ChatOptions => ({
    url: proxy.url,
    auth,
    storage: app.keyValueStore(asyncStorage(kept)),
    ports: {
      environment: app.reactNativeEnvironment({
        NetInfo: {
          addEventListener: (listener) => {
            connected = listener
            return () => {}
          },
        },
      }),
    },
  })

  const first = start()
  const before = first.createChat(optionsOf(first))
  await before.room('general').open()
  await before.room('general').send('über 👋')
  proxy.cut()
  connected({ isConnected: false })
  await waitUntil('the connection to be lost', () => before.getState().connection.status !== 'online')
  before.room('general').send('offline')
  expect(await before.close()).toEqual({ unsent: 1 })

  const second = start()
  const after = second.createChat(optionsOf(second))
  void after.room('general').open()
  await waitUntil('what is stored', () => texts(after).length === 2)
  expect(texts(after)).toEqual(['über 👋 sent', 'offline queued'])
  proxy.heal()
  connected({ isConnected: false })
  connected({ isConnected: true })
  await after.flush()
  await waitUntil('ben to have both', () => texts(ben).length === 2)
  expect(texts(ben)).toEqual(['über 👋 sent', 'offline sent'])
  await after.close()
})
