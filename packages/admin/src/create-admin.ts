import { type Answers, type Requests, ROUTES } from './generated'
import { type CallOptions, type Connection, call, waitFor } from './request'

export type OperationId = keyof Requests

export type AdminOptions = {
  /** The server's address, with the path where it is mounted, if any: `https://app.example.com/api/chat`. */
  readonly url: string
  /** Made by `roomful api-key create`. */
  readonly apiKey: string
  /** How often a call is repeated that had no answer, or one that asks for patience; 5 by default. */
  readonly retries?: number
  /** For one try; 30,000 by default. */
  readonly timeoutMs?: number
  readonly fetch?: typeof fetch
}

type Group<Id extends string> = Id extends `${infer Name}.${string}` ? Name : never
type NameIn<G extends string, Id extends string> = Id extends `${G}.${infer Name}` ? Name : never
type Arguments<Id extends OperationId> =
  Readonly<Record<never, never>> extends Requests[Id]
    ? [request?: Requests[Id], options?: CallOptions]
    : [request: Requests[Id], options?: CallOptions]
type Calls = {
  readonly [G in Group<OperationId>]: {
    readonly [Id in OperationId as NameIn<G, Id>]: (...args: Arguments<Id>) => Promise<Answers[Id]>
  }
}

/** Operations whose answers are pages. */
export type PagedId = {
  [Id in OperationId]: Answers[Id] extends { readonly next?: unknown } ? Id : never
}[OperationId]
type ItemOf<Answer> = {
  [K in keyof Answer]-?: Answer[K] extends readonly (infer Item)[] ? Item : never
}[keyof Answer]

export type Admin = Calls & {
  /**
   * The items of all pages, read page by page.
   *
   * @example
   * for await (const room of admin.each('rooms.list', { type: 'private' })) console.log(room.name)
   */
  each<Id extends PagedId>(
    id: Id,
    ...args: Arguments<Id>
  ): AsyncGenerator<ItemOf<Answers[Id]>, void, undefined>
}

/**
 * The server API of Roomful: one function for each operation, such as `admin.rooms.upsert({ … })`. A refusal rejects with
 * an AdminError.
 *
 * Every call may be repeated: a message without a `clientId` gets one. So a call without an answer, or with one that asks
 * for patience, is tried again, with pauses that grow.
 *
 * @example
 * const admin = createAdmin({ url: 'https://chat.example.com', apiKey })
 * await admin.users.upsert({ userId: 'ann', name: 'Ann' })
 */
export function createAdmin(options: AdminOptions): Admin {
  const { url, apiKey, retries = 5, timeoutMs = 30_000 } = options
  // As a method of the connection, `fetch` of a browser or a worker would refuse its `this`.
  const asked: typeof fetch = (...args) => (options.fetch ?? globalThis.fetch)(...args)
  const connection = { url, apiKey, retries, timeoutMs, fetch: asked, wait: waitFor, random: Math.random }
  return adminOn(connection)
}

/** @internal */
export function adminOn(connection: Connection): Admin {
  const run = (id: OperationId, request: object = {}, callOptions: CallOptions = {}): Promise<unknown> =>
    call(connection, ROUTES[id], withKeys(id, { ...request }), callOptions)
  const calls: Record<string, Record<string, unknown>> = {}
  for (const id of Object.keys(ROUTES) as OperationId[]) {
    const [group = '', name = ''] = id.split('.')
    calls[group] = { ...calls[group], [name]: (...args: [object?, CallOptions?]) => run(id, ...args) }
  }
  async function* each(id: OperationId, request: object = {}, callOptions?: CallOptions) {
    const isBackwards = 'newest' in request && request.newest === true
    for (let page = request; ; ) {
      const answer = new Map(Object.entries((await run(id, page, callOptions)) as object))
      for (const value of answer.values()) if (Array.isArray(value)) yield* value
      const next: unknown = answer.get('next')
      if (next === undefined) return
      page = { ...request, [isBackwards ? 'before' : 'after']: next }
    }
  }
  return { ...calls, each } as unknown as Admin
}

/** A send without a key could not be repeated. */
function withKeys(id: OperationId, request: Readonly<Record<string, unknown>>) {
  const isSend = id === 'messages.send' || id === 'messages.sendSystem'
  return isSend && request.clientId === undefined ? { ...request, clientId: crypto.randomUUID() } : request
}
