import { randomUUID } from 'node:crypto'
import { type Chat, type ChatOptions, createChat } from '@roomful/client'
import type { AsyncClosable } from '@roomful/protocol'
import { createChatServer, type ServerOptions, signToken } from '@roomful/server'

export type TestUser = { readonly id: string; readonly name?: string; readonly admin?: boolean }

export interface TestServer extends AsyncClosable {
  readonly url: string
  /** A token for a user of that id. */
  token(user: string | TestUser): Promise<string>
  close(): Promise<void>
}

/**
 * The real server, in memory, on its own port, without rate limits, with the room `general`. It ends with the test.
 *
 * @example
 * const server = await createTestServer()
 * const ada = await createTestClient(server, 'ada')
 * await ada.close()
 * await server.close()
 */
export async function createTestServer(options: Omit<ServerOptions, 'auth'> = {}): Promise<TestServer> {
  const jwtSecret = randomUUID()
  const server = await createChatServer({
    port: 0,
    host: '127.0.0.1',
    ...(options.store === undefined && { database: 'memory:' }),
    guests: true,
    defaultRooms: ['general'],
    logLevel: 'silent',
    limits: { sendsPerSecond: 0, eventsPerSecond: 0 },
    ...options,
    auth: { jwtSecret },
  })
  return {
    url: server.url,
    token: (user) => {
      const { id, name = id, admin } = typeof user === 'string' ? { id: user } : user
      return signToken(jwtSecret, { id, name, ...(admin ? { admin } : {}) })
    },
    close: () => server.close(),
    [Symbol.asyncDispose]: () => server.close(),
  }
}

/** An SDK client, signed in at a test server and online. It keeps everything in memory. */
export async function createTestClient(
  server: Pick<TestServer, 'url' | 'token'>,
  user: string | TestUser,
  options: Partial<ChatOptions> = {},
): Promise<Chat> {
  const token = await server.token(user)
  const chat = createChat({ url: server.url, auth: token, storage: 'memory', ...options })
  await chat.connect()
  return chat
}
