import { createChat } from '@roomful/client'
import type { ChatServer } from '@roomful/server'
import { expect } from 'vitest'
import type { Snippet } from './find-snippets'
import { runSnippet } from './run-snippet'

const QUIET =
  "createChatServer({ port: 0, database: 'memory:', logLevel: 'silent', defaultRooms: ['general'],"

/** The snippets about signing in. */
export const SIGN_IN_RUNS: Readonly<Record<string, (snippet: Snippet) => Promise<void>>> = {
  'docs/guides/sign-in.md 1': async (snippet) => {
    const { server } = await runSnippet(snippet, { instead: { 'createChatServer({': QUIET } })
    if (!isServer(server)) throw new Error('the snippet declares no server')
    await using _ = server
    await using chat = createChat({ url: server.url, auth: 'ann', storage: 'memory' })
    await expect(chat.createRoom({ name: 'Mine', type: 'public' })).rejects.toMatchObject({
      code: 'REFUSED',
      reason: 'Rooms are part of the Pro plan',
    })
    expect(await chat.room('general').send('hello')).toMatchObject({ senderId: 'ann' })
  },
}

const isServer = (value: unknown): value is ChatServer => value instanceof Object && 'revokeSession' in value
