import type { Chat } from '@roomful/client'
import { readRoom, waitUntil } from '@roomful/testing'
import { createTestClient, createTestServer } from '@roomful/testing/node'
import { expect, vi } from 'vitest'
import { temporaryFolder } from '../integration/roomful-command'
import type { Snippet } from './find-snippets'
import { runInPage } from './run-in-page'
import { runSnippet } from './run-snippet'

const LOCAL = 'http://localhost:3000'
const REMOTE = 'https://chat.example.com'

const isOpen = (value: unknown): value is AsyncDisposable =>
  value instanceof Object && Symbol.asyncDispose in value
const isCallable = (value: unknown): value is (argument: unknown) => unknown => typeof value === 'function'

/** Calls a function that the snippet declares. */
function call(value: unknown, argument: unknown): unknown {
  if (!isCallable(value)) throw new Error('the snippet declares no such function')
  return value(argument)
}

async function contents(chat: Chat): Promise<string[]> {
  const { messages } = await readRoom(chat, 'general')
  return messages.map(({ content }) => content)
}

/** Of the guides that stand on their own. */
export const GUIDE_RUNS: Readonly<Record<string, (snippet: Snippet) => Promise<void>>> = {
  'docs/guides/typed-kinds.md 1': async (snippet) => {
    await using server = await createTestServer()
    await using chat = await createTestClient(server, 'ada')
    const room = chat.room('general')
    await room.open()
    const show = vi.fn()
    await runSnippet(snippet, { yours: { room, show } })
    expect(show).toHaveBeenCalledExactlyOnceWith(['pizza', 'soup'])
  },

  'docs/guides/typed-kinds.md 2': async (snippet) => {
    const component = async () => {
      const { Body } = await runSnippet(snippet)
      return () => [
        call(Body, { message: { deleted: false, type: 'poll', metadata: { options: ['pizza'] } } }),
        call(Body, { message: { deleted: false, type: 'order-2', content: 'of a newer app' } }),
      ]
    }
    await runInPage(component, async ({ element }) => {
      expect(element('li').textContent).toBe('pizza')
      expect(element('p').textContent).toBe('of a newer app')
    })
  },

  'docs/guides/typed-kinds.md 3': async (snippet) => {
    const instead = {
      'createChatServer({':
        "createChatServer({ port: 0, database: 'memory:', logLevel: 'silent', defaultRooms: ['general'], auth: { authenticate: ({ token }) => ({ id: token, name: token }) },",
    }
    const { server } = await runSnippet(snippet, { instead })
    if (!(server instanceof Object && 'url' in server && isOpen(server)))
      throw new Error('there is no server')
    await using _ = server
    await using chat = await createTestClient({ url: String(server.url), token: async () => 'ada' }, 'ada')
    const room = chat.room('general')
    await room.send({ content: 'a text' })
    await room.send({ type: 'poll', content: 'Lunch?', metadata: { options: ['pizza', 'soup'] } })
    const sent = room.send({ type: 'poll', content: 'Lunch?', metadata: { options: ['pizza'] } })
    await expect(sent).rejects.toMatchObject({ code: 'REFUSED', reason: 'This is not a poll' })
  },

  'docs/guides/streaming.md 1': async (snippet) => {
    await using server = await createTestServer()
    using folder = temporaryFolder()
    const { bot } = await runSnippet(snippet, {
      yours: { process: { env: { BOT_TOKEN: await server.token('bot') } } },
      instead: { [LOCAL]: server.url, './data/helper': `${folder.path}/bot` },
    })
    if (!(bot instanceof Object && 'stop' in bot)) throw new Error('there is no bot')
    await using ada = await createTestClient(server, 'ada')
    const room = ada.room('general')
    await room.open()
    await room.send('/ask why')
    const whole = 'You said: why. Ask me something harder.'
    await waitUntil('the whole answer', () =>
      room.messages().some(({ content, stream }) => content === whole && stream?.state === 'finished'),
    )
    await call(bot.stop, undefined)
  },

  'docs/guides/streaming.md 2': async (snippet) => {
    await using server = await createTestServer()
    await using ben = await createTestClient(server, 'ben')
    await using chat = await createTestClient(server, 'ada')
    async function* endless() {
      for (let no = 0; ; no++) {
        yield `${no} `
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    }
    const question = await chat.room('general').send('count')
    const answer = ben.room('general').sendStream(endless(), { replyTo: question.id })
    const component = async () => (await runSnippet(snippet, { yours: { chat } })).App
    await runInPage(component, async ({ element, click, eventually }) => {
      await eventually(() => expect(element('p[aria-busy=true]').textContent).toMatch(/^0 1 /))
      click('button')
      const { stream } = await answer.done
      expect(stream?.state).toBe('cancelled')
    })
  },

  'docs/guides/streaming.md 3': async (snippet) => {
    await using server = await createTestServer()
    await using chat = await createTestClient(server, 'ada')
    const show = vi.fn()
    await runSnippet(snippet, { yours: { room: chat.room('general'), show } })
    expect(show).toHaveBeenCalledExactlyOnceWith('It grows', 'finished')
  },

  'docs/guides/server-rendering.md 1': async (snippet) => {
    await using server = await createTestServer()
    await using ben = await createTestClient(server, 'ben')
    for (const text of ['one', '</script><b>two']) await ben.room('general').send(text)
    const { page } = await runSnippet(snippet, { instead: { [REMOTE]: server.url } })
    const html = String(await call(page, await server.token('ada')))
    expect(html).toContain('<li>one</li><li>&lt;/script&gt;&lt;b&gt;two</li>')
    expect(html.match(/<\/script>/g)).toHaveLength(1)
  },

  // The server's side of it, and that the two agree, is packages/react/src/hydrate.test.tsx.
  'docs/guides/server-rendering.md 2': async (snippet) => {
    await using server = await createTestServer()
    await using ben = await createTestClient(server, 'ben')
    await ben.room('general').send('hello')
    const empty = async () => () => null
    await runInPage(empty, async ({ eventually }) => {
      document.body.innerHTML = '<div id="app"><ul></ul></div>'
      const { chat } = await runSnippet(snippet, {
        yours: { getToken: () => server.token('ada') },
        instead: { [REMOTE]: server.url },
      })
      await eventually(() => expect(document.querySelector('li')?.textContent).toBe('hello'))
      if (isOpen(chat)) await chat[Symbol.asyncDispose]()
    })
  },

  // The client on what React Native gives it is test/integration/react-native.test.ts.
  'docs/guides/react-native.md 1': async (snippet) => {
    await using server = await createTestServer()
    const kept = new Map<string, string>()
    const AsyncStorage = {
      getItem: async (key: string) => kept.get(key) ?? null,
      setItem: async (key: string, value: string) => void kept.set(key, value),
      removeItem: async (key: string) => void kept.delete(key),
      getAllKeys: async () => [...kept.keys()],
    }
    const AppState = { addEventListener: vi.fn(() => ({ remove: () => {} })) }
    const NetInfo = { addEventListener: vi.fn(() => () => {}) }
    const { chat } = await runSnippet(snippet, {
      yours: { AsyncStorage, AppState, NetInfo, getToken: () => server.token('ada') },
      instead: {
        [REMOTE]: server.url,
        "import AsyncStorage from '@react-native-async-storage/async-storage'\n": '',
        "import NetInfo from '@react-native-community/netinfo'\n": '',
        "import { AppState } from 'react-native'\n": '',
      },
    })
    if (!isChat(chat)) throw new Error('there is no chat')
    await chat.room('general').open()
    await chat.room('general').send('from a phone')
    await chat.close()
    expect(AppState.addEventListener).toHaveBeenCalled()
    expect(NetInfo.addEventListener).toHaveBeenCalled()
    expect([...kept.values()].join()).toContain('from a phone')
  },

  'docs/guides/react-native.md 2': async (snippet) => {
    await using server = await createTestServer()
    await using chat = await createTestClient(server, 'ada')
    const { createElement } = await import('react')
    type Input = { value: string; onChangeText(text: string): void; onSubmitEditing(): void }
    type List = { data: readonly { key: string; content: string; status: string }[] }
    const TextInput = ({ value, onChangeText, onSubmitEditing }: Input) =>
      createElement('form', { onSubmit: onSubmitEditing }, [
        createElement('input', {
          ...{ key: 'text', value },
          onChange: ({ target }: { target: { value: string } }) => onChangeText(target.value),
        }),
        createElement('button', { key: 'send', type: 'button', onClick: onSubmitEditing }, 'Send'),
      ])
    const FlatList = ({ data }: List) =>
      data.map(({ key, content, status }) => createElement('p', { key }, `${content} ${status}`))
    const component = async () => {
      const { App } = await runSnippet(snippet, { yours: { chat } })
      return () => call(App, { FlatList, TextInput })
    }
    await runInPage(component, async ({ element, type, click, eventually }) => {
      type('input', 'from a list')
      click('button')
      await eventually(() => expect(element('p').textContent).toBe('from a list sent'))
    })
    expect(await contents(chat)).toEqual(['from a list'])
  },

  'docs/guides/workers.md 1': async (snippet) => {
    await using server = await createTestServer()
    using folder = temporaryFolder()
    await using ben = await createTestClient(server, 'ben')
    const show = vi.fn()
    const { chat } = await runSnippet(snippet, {
      yours: { url: server.url, auth: () => server.token('ada'), show },
      instead: { './chat': `${folder.path}/chat` },
    })
    if (!isChat(chat)) throw new Error('there is no chat')
    await chat.connect()
    await ben.room('general').send('hello')
    await waitUntil('it to be counted', () => show.mock.calls.some(([count]) => count === 1))
    await chat.close()
  },
}

const isChat = (value: unknown): value is Chat => value instanceof Object && 'signOut' in value
