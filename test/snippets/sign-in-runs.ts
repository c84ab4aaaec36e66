import { createChat } from '@roomful/client'
import { type ChatServer, createChatServer } from '@roomful/server'
import { waitUntil } from '@roomful/testing'
import { expect } from 'vitest'
import type { Snippet } from './find-snippets'
import { runSnippet } from './run-snippet'

const QUIET =
  "createChatServer({ port: 0, database: 'memory:', logLevel: 'silent', defaultRooms: ['general'],"

/** The snippets about signing in. */
export const SIGN_IN_RUNS: Readonly<Record<string, (snippet: Snippet) => Promise<void>>> = {
  'docs/guides/sign-in.md 1': async (snippet) => {
    const jwtSecret = 'a secret of at least 32 bytes, as the page says'
    await using server = await createChatServer({
      ...{ port: 0, database: 'memory:', logLevel: 'silent', defaultRooms: ['general'], auth: { jwtSecret } },
    })
    const { chatToken } = await runSnippet(snippet, {
      instead: { 'process.env.CHAT_SECRET': JSON.stringify(jwtSecret) },
    })
    if (!isCallable(chatToken)) throw new Error('the snippet declares no chatToken')
    const auth = async () => String(await chatToken({ id: 'ann', name: 'Ann' }, 'session-1'))
    await using chat = createChat({ url: server.url, auth, storage: 'memory' })
    expect(await chat.room('general').send('hello')).toMatchObject({ senderId: 'ann', senderName: 'Ann' })
    await server.revokeSession('session-1')
    await waitUntil('its session to end', () => chat.getState().connection.status === 'stopped')
  },
  'docs/guides/sign-in.md 2': async (snippet) => {
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

const isCallable = (value: unknown): value is (...values: unknown[]) => unknown => typeof value === 'function'
const isServer = (value: unknown): value is ChatServer => value instanceof Object && 'revokeSession' in value
