import { createAdmin } from '@roomful/admin'
import { createApiKey } from '@roomful/server'
import { createTestServer } from '@roomful/testing/node'
import { expect, vi } from 'vitest'
import { temporaryFolder } from '../integration/roomful-command'
import type { Snippet } from './find-snippets'
import { runSnippet } from './run-snippet'

/** The snippets of the server API, which need a key. */
export const ADMIN_RUNS: Readonly<Record<string, (snippet: Snippet) => Promise<void>>> = {
  'packages/admin/README.md 1': async (snippet) => {
    using folder = temporaryFolder()
    const file = `${folder.path}/api-keys`
    const { key: apiKey } = await createApiKey(file, ['*'])
    await using server = await createTestServer({ apiKeyFile: file })
    const log = vi.fn()
    const instead = { 'https://chat.example.com': server.url }
    // Twice: nothing happens a second time.
    for (let i = 0; i < 2; i++) await runSnippet(snippet, { yours: { apiKey, console: { log } }, instead })
    expect(log.mock.calls).toEqual([['Order 7'], ['ROOM_NOT_FOUND'], ['Order 7'], ['ROOM_NOT_FOUND']])
    const { messages } = await createAdmin({ url: server.url, apiKey }).messages.list({ roomId: 'order-7' })
    expect(messages.map(({ content }) => content)).toEqual(['Ann was added', 'Your order is on its way'])
  },

  'docs/guides/server-api.md 1': async (snippet) => {
    const quiet = { "database: 'memory:'": "database: 'memory:', logLevel: 'silent'" }
    const { chat } = await runSnippet(snippet, { instead: quiet })
    if (!(chat instanceof Object) || !('close' in chat) || !(chat.close instanceof Function))
      throw new Error('there is no server')
    await chat.close()
  },
}
