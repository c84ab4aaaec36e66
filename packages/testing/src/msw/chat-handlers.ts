import { type WebSocketHandler, ws } from 'msw'
import type { ServedRequest } from '../world/context'
import type { RoomSeed } from '../world/seed-rooms'
import type { TestFaults } from '../world/test-faults'
import { Backend } from './backend'
import { makeVisible } from './visible-sockets'

/** A user with another name than the id. */
export type SeedUser<User extends string = string> = { readonly id: User; readonly name: string }

export type ChatHandlersOptions<User extends string = string> = {
  /** The server's address, as `createChat` has it. Default: any. */
  readonly url?: string
  readonly users: readonly (User | SeedUser<User>)[]
  /** Default `general`: a public room that all users are in. */
  readonly rooms?: readonly (string | RoomSeed<NoInfer<User>>)[]
  /** The same seed has the same delays, 5 to 40 ms one way, and the same ids. Default 1. */
  readonly seed?: number | string
  /** Whose token this is. Default: the user's id is one, and a JWT with it as `sub`; nothing is verified. */
  readonly userOf?: (token: string) => User | undefined
}

/** What goes into `setupServer` or `setupWorker`, and the way to what is behind it. */
export type ChatHandlers<User extends string = string> = WebSocketHandler[] & {
  /** As in `createTestWorld`; all connections of a user are one device. */
  readonly faults: TestFaults<User>
  /** The requests of a user as they arrived at the server, in order. */
  requests(user: User): readonly ServedRequest[]
  /** Messages of a user, committed one after the other: connected clients see them arrive. */
  post(room: string, user: User, ...texts: readonly string[]): Promise<void>
  /** Ends all connections; the sockets of these addresses are Socket.IO's own again. */
  close(): void
}

/**
 * A chat server behind msw: the real one, in this process, in memory. It answers protocol 2 over the sockets that msw
 * intercepts. `auth` may be the user's id. Its time is the real time, which passes while somebody is connected; its
 * calendar begins on 1 January 2026.
 *
 * @example
 * import { createChat } from '@roomful/client'
 * import { chatHandlers } from '@roomful/testing/msw'
 * import { setupServer } from 'msw/node'
 * const handlers = chatHandlers({ users: ['ann', 'bob'], rooms: [{ id: 'general', messages: ['hello'] }] })
 * const msw = setupServer(...handlers)
 * msw.listen()
 * const chat = createChat({ url: 'https://chat.example.com', auth: 'ann' })
 * await chat.room('general').open()
 * handlers.faults.dropAck('send-message')
 * await chat.room('general').send('arrives once all the same')
 * await chat.close()
 * msw.close()
 * handlers.close()
 */
export function chatHandlers<const User extends string>(
  options: ChatHandlersOptions<User>,
): ChatHandlers<User> {
  const { url, rooms = ['general'], seed = 1 } = options
  const users = new Map<string, string>(
    options.users.map((user) => (typeof user === 'string' ? [user, user] : [user.id, user.name])),
  )
  const userOf = options.userOf ?? ((token: string) => (users.has(token) ? token : subjectOf(token)))
  const backend = new Backend({ users, rooms, seed, userOf })
  const isOurs = socketsOf(url)
  const hide = makeVisible(isOurs)
  const handler = ws.link(linkOf(url)).addEventListener('connection', ({ client, server }) => {
    if (isOurs(String(client.url))) backend.accept(client)
    else server.connect()
  })
  return Object.assign([handler], {
    faults: backend.faults,
    requests: (user: User) => backend.requests(user),
    post: (room: string, user: User, ...texts: readonly string[]) => backend.post(room, user, texts),
    close: () => {
      backend.close()
      hide()
    },
  })
}

/** `https://x/chat` has its sockets at `wss://x/chat/socket.io/`. */
const baseOf = (url: string): string =>
  url
    .replace(/^http/, 'ws')
    .replace(/[?#].*$/, '')
    .replace(/\/+$/, '')

function socketsOf(url: string | undefined): (dialled: string) => boolean {
  if (url === undefined) return (dialled) => /^[^?#]*\/socket\.io\/(?:[?#]|$)/.test(dialled)
  const place = `${baseOf(url)}/socket.io/`
  return (dialled) => dialled.startsWith(place)
}

/** What msw compares with: it takes a leading `/socket.io` away, and only a leading one. */
function linkOf(url: string | undefined): string | RegExp {
  if (url === undefined) return /^wss?:\/\/[^/]+\/(?:.*\/socket\.io\/)?$/
  const base = baseOf(url)
  return `${base}${/^\w+:\/\/[^/]+$/.test(base) ? '' : '/socket.io'}/`
}

/** Of a JWT, unverified. */
function subjectOf(token: string): string | undefined {
  try {
    const { sub }: { sub?: unknown } = JSON.parse(
      atob((token.split('.')[1] ?? '').replace(/-/g, '+').replace(/_/g, '/')),
    )
    return typeof sub === 'string' ? sub : undefined
  } catch {
    return undefined
  }
}
