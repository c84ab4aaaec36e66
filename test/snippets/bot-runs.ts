import { waitUntil } from '@roomful/testing'
import { createTestClient, createTestServer } from '@roomful/testing/node'
import { expect, vi } from 'vitest'
import { temporaryFolder } from '../integration/roomful-command'
import type { Snippet } from './find-snippets'
import { runSnippet } from './run-snippet'

const LOCAL = 'http://localhost:3000'

/** The snippets of bots, which run until they are stopped. */
export const BOT_RUNS: Readonly<Record<string, (snippet: Snippet) => Promise<void>>> = {
  'packages/bot/README.md 1': async (snippet) => {
    await using server = await createTestServer()
    using folder = temporaryFolder()
    const running = runSnippet(snippet, {
      yours: { process: { env: { BOT_TOKEN: await server.token('bot') } } },
      instead: {
        [LOCAL]: server.url,
        './data/bot': `${folder.path}/bot`,
        'await runBot(bot)': 'await runBot(bot, { timeoutMs: 2_000 })',
      },
    })
    await using ada = await createTestClient(server, 'ada')
    const room = ada.room('general')
    await room.open()
    const has = (text: string) =>
      waitUntil(text, () => room.messages().some(({ content }) => content === text))
    const help = '/add <a> <b> – adds two numbers\n/help – lists the commands'
    // What is said before it listens it does not hear.
    await waitUntil('the bot', async () => {
      await room.send('/help')
      return room.messages().some(({ content }) => content === help)
    })
    await (await createTestClient(server, 'ben')).close()
    await has('Welcome, ben')
    for (const text of ['/add 2 40', 'Thank you!']) await room.send(text)
    await has('42')
    await has('You are welcome')
    process.emit('SIGTERM')
    await running
  },

  'docs/guides/bots.md 1': async (snippet) => {
    await using server = await createTestServer()
    using folder = temporaryFolder()
    const { bot } = await runSnippet(snippet, {
      yours: { process: { env: { BOT_TOKEN: await server.token('bot') } } },
      instead: { [LOCAL]: server.url, './data/bot': `${folder.path}/bot`, '* 60_000': '* 60' },
    })
    await using ada = await createTestClient(server, 'ada')
    const room = ada.room('general')
    await room.open()
    const has = (text: string) =>
      waitUntil(text, () => room.messages().some(({ content }) => content === text))
    for (const text of ['/win', '/win', '/win with spam', '/remind 1 buy milk']) await room.send(text)
    await has('2 points')
    await has('Remember: buy milk')
    const { id } = await room.send('a message')
    await room.react(id, '👍', 'add')
    await has('ada: add 👍')
    expect(room.messages().some(({ content }) => content === '3 points')).toBe(false)
    if (bot instanceof Object && 'stop' in bot && bot.stop instanceof Function) await bot.stop()
  },

  'docs/guides/scripts.md 1': async (snippet) => {
    await using server = await createTestServer()
    await using ada = await createTestClient(server, 'ada')
    const room = ada.room('general')
    for (const text of ['one', 'two words', 'and three words']) await room.send(text)
    const log = vi.fn()
    await runSnippet(snippet, { yours: { room, console: { log } } })
    expect(log.mock.calls).toEqual([[6]])
  },
}
