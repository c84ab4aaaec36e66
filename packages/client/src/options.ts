import type { RoomWatcher } from './engine/chat-store'
import type { PumpRun } from './engine/pump'
import type { Devtools } from './handles/devtools'
import type { Clock } from './platform/clock'
import type { Environment } from './platform/environment'
import type { Http } from './platform/http'
import type { Ids } from './platform/ids'
import type { LocalStore } from './storage/port'
import type { TabsPort } from './tabs/port'
import type { TransportFactory } from './transport/port'

/**
 * A token, or a function that gets one. The function is called once, and again only when the server wants another token;
 * one call at a time. A call that throws, answers no string, or takes longer than 15 s has failed: it is repeated with
 * back-off (0.5 to 30 s), and until then `connection` is `waiting` with UNAUTHENTICATED and the reason as `error.cause`.
 *
 * After TOKEN_INVALID, TOKEN_EXPIRED or UNAUTHENTICATED it is called at once for a fresh token. It ends, as `stopped` with
 * TOKEN_INVALID, when a fresh token gets TOKEN_INVALID as well, or the very same one ten times in a row. A fixed token
 * that is refused or empty ends it at once.
 *
 * @example
 * createChat({ url, auth: () => fetch('/chat-token').then((response) => response.text()) })
 */
export type Auth = string | (() => string | Promise<string>)

/**
 * Where an error comes from that no promise and no state carries. `listener`: a function given to `subscribe` or
 * `select`, of the room named, of the chat or of presence. `auth`: what `auth` throws; the connection's state carries
 * it too, so that only an `onError` of the app gets it. `storage`: the local copy could not be taken in. `internal`: a
 * bug of the client, or of one of its `ports`; where the connection may be affected it is dropped, and tried again.
 */
export type ErrorContext = {
  readonly source: 'listener' | 'auth' | 'storage' | 'internal'
  readonly roomId?: string
}

/**
 * How long a call waits. What was asked for is not undone by it, but for a message that has not left yet: see `send`.
 *
 * @example
 * await chat.openDm(['ben'], { signal: AbortSignal.timeout(5_000) })
 */
export type WaitOptions = {
  /** Its abort ends the wait with ABORTED, whose `cause` is the signal's reason. */
  signal?: AbortSignal
  /** So many ms end the wait with TIMEOUT. Default: none, but for requests, which end after `requestTimeoutMs`. */
  timeoutMs?: number
}

/** How the socket to the server is opened. */
export type SocketOptions = {
  /** Where the server's sockets are, should it not be `/socket.io` under the path of `url`. */
  path?: string
  /**
   * Cookies go along to a server on another origin, which must list this one. In Node those that the server sets are sent
   * back with each poll, as a load balancer with sticky sessions needs. Default false.
   */
  withCredentials?: boolean
  /** Headers of each request. Browsers cannot send them with a websocket: only polls have them there. */
  extraHeaders?: Record<string, string>
  /** What is tried, in this order. Default `['websocket', 'polling']`. */
  transports?: ('websocket' | 'polling')[]
  /**
   * In Node: the `http.Agent` of the connection, such as one that goes through a proxy. See `proxyAgent` of
   * `@roomful/client/node`.
   */
  agent?: object | undefined
}

/** What `createChat` is given. Only `url`, and `auth` or a cookie, are needed. */
export type ChatOptions = SocketOptions & {
  /**
   * The server's address, with the path where it is mounted: `https://chat.example.com`, `https://example.com/api/chat`. In
   * a page also the path alone.
   */
  url: string
  /**
   * Left out where the app signs in by a cookie, which the browser sends by itself (to another origin with
   * `withCredentials`). Tabs are `separate` then: nothing says in advance whether two of them are the same user's.
   */
  auth?: Auth
  /**
   * Whose chat it is, if the app knows: their copy on this device is shown at once, also offline and before `auth` has
   * answered. Default: the user whom the token names; without a token, the only user of this device. Which user it is in
   * the end, the server says.
   */
  userId?: string
  /** 1: a backend that speaks only the reference events. Default 2. */
  protocol?: 1 | 2
  /** Default: IndexedDB in browsers, memory elsewhere. */
  storage?: LocalStore | 'memory'
  /**
   * `shared`: all tabs of a user have one connection, and one of them writes the local copy. Where tabs cannot find each
   * other (no Web Locks or BroadcastChannel, no IndexedDB) each is on its own, as with `separate`. Default `shared`.
   */
  tabs?: 'shared' | 'separate'
  /** Messages a room keeps in memory around what is viewed. Default 2,000. */
  windowSize?: number
  /** How long one request may take before its outcome counts as unknown, in ms. Default 10,000. */
  requestTimeoutMs?: number
  /**
   * A message that could not be sent for longer than this, in ms, is held back: it is `failed` with the code EXPIRED, and
   * goes out only after `room.retry(clientId)`; `room.cancel(clientId)` drops it. Counts over restarts and sleep too, and
   * by no clock that the user may set (`docs/guides/storage.md`). Edits, deletes and reactions have no age. Default 86,400,000: a
   * day; `Infinity` for none.
   */
  maxUnsentAgeMs?: number
  /** How long `markRead` waits for a higher one, in ms. Default 500. */
  readDebounceMs?: number
  /**
   * Called with what the app's own functions throw, or reject with, where no other code could catch it. It changes nothing
   * else: the other listeners are called, what waits is answered, the connection stays. Default: `reportError` where the
   * platform has it (pages, workers), so that it shows like any uncaught error; else, as in Node, `console.error`: an
   * uncaught exception would end the process. What `onError` itself throws goes there too.
   *
   * @example
   * createChat({ url, auth, onError: (error, { source, roomId }) => console.error(source, roomId, error) })
   */
  onError?: (error: unknown, context: ErrorContext) => void
  /**
   * The `devtools` middleware of zustand: shows the chat, its rooms and each event of them in the browser's Redux
   * DevTools. For looking only, and for development: texts of messages are shown too.
   *
   * @example
   * import { createChat } from '@roomful/client'
   * import { devtools } from 'zustand/middleware'
   * createChat({ url, auth, devtools })
   */
  devtools?: Devtools
  /** What the client leans on. For tests, the simulator and unusual environments. */
  ports?: ChatPorts
}

/** What the client leans on; each has a default. See `ChatOptions.ports`. */
export type ChatPorts = {
  transport?: TransportFactory
  /** Puts something between the client and its transport, be it the default one or `transport`: faults, above all. */
  wrapTransport?: (transport: TransportFactory) => TransportFactory
  clock?: Clock
  ids?: Ids
  environment?: Environment
  tabs?: TabsPort
  /** Uploads and downloads of files. */
  http?: Http
  /** Called after each event of each room, before any listener: where tests check the invariants. */
  inspect?: RoomWatcher
  /** Called after each run of the pump: where tests check that no room was left out. */
  inspectRun?: (run: PumpRun) => void
}
