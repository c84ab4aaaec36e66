import { asUserId, type ErrorAck, retryOf, WIRE_ERRORS, type WireErrorCode } from '@roomful/protocol'
import { AuthError } from '@roomful/server/engine'
import type { ServedRequest } from '../world/context'
import type { ClientEnd } from '../world/link'
import { play } from '../world/play'
import { commitMessages, type RoomSeed, seedRooms } from '../world/seed-rooms'
import { type Struck, TestFaults } from '../world/test-faults'
import { World } from '../world/world'
import { type Dialled, type MockedClient, serveSocket } from './serve-socket'

type BackendOptions = {
  readonly users: ReadonlyMap<string, string>
  readonly rooms: readonly (string | RoomSeed)[]
  readonly seed: number | string
  readonly userOf: (token: string) => string | undefined
}

/** One server of the virtual world, whose time runs with the real one for as long as somebody is connected. */
export class Backend {
  readonly world: World
  readonly faults: TestFaults
  readonly #struck: ReadonlyMap<string, Struck>
  readonly #seeded: Promise<void>
  readonly #served: { readonly user: string; readonly request: ServedRequest }[] = []
  readonly #clients = new Set<MockedClient>()
  #pause = (): void => {}
  #sids = 0

  constructor(private readonly options: BackendOptions) {
    const { users, rooms, seed, userOf } = options
    this.world = new World({
      seed,
      authenticate: async (token) => {
        const id = userOf(token)
        const name = id === undefined ? undefined : users.get(id)
        if (id === undefined || name === undefined) throw new AuthError('TOKEN_INVALID')
        return { id: asUserId(id), name, admin: false }
      },
    })
    this.#struck = new Map([...users.keys()].map((user) => [user, struck(user)]))
    this.faults = new TestFaults(this.world, [...this.#struck.values()])
    this.world.context.onServed = (user, request) => void this.#served.push({ user, request })
    this.#seeded = seedRooms(this.world, rooms, [...users.keys()], this.#nameOf)
  }

  requests(user: string): ServedRequest[] {
    return this.#served.filter((one) => one.user === user).map(({ request }) => request)
  }

  async post(room: string, user: string, texts: readonly string[]): Promise<void> {
    await this.#seeded
    const messages = texts.map((content) => ({ from: user, content }))
    await commitMessages(this.world, room, messages, this.#nameOf)
  }

  accept(client: MockedClient): void {
    if (this.#clients.size === 0) this.#pause = play(this.world, 1)
    this.#clients.add(client)
    client.addEventListener('close', () => this.#left(client))
    serveSocket(client, `socket-${++this.#sids}`, (auth, end) => this.#dial(auth, end))
  }

  close(): void {
    for (const client of [...this.#clients]) {
      this.#left(client)
      client.close()
    }
  }

  readonly #nameOf = (id: string): string => this.options.users.get(id) ?? id

  #left(client: MockedClient): void {
    this.#clients.delete(client)
    if (this.#clients.size === 0) this.#pause()
  }

  async #dial(auth: unknown, end: ClientEnd): Promise<Dialled> {
    await this.#seeded
    const { token, protocol } = claimsOf(auth)
    if (protocol !== 2) return refusal('PROTOCOL_UNSUPPORTED')
    const user = this.#struck.get(this.options.userOf(token) ?? '')
    if (user === undefined) return refusal('TOKEN_INVALID')
    const link = this.world.dialFrom(user)(end)
    link?.dial(token)
    return link
  }
}

function claimsOf(auth: unknown): { token: string; protocol: unknown } {
  const { token, protocol }: { token?: unknown; protocol?: unknown } = Object(auth)
  return { token: typeof token === 'string' ? token : '', protocol }
}

/** A user as the faults see them: all of their connections are one device. */
function struck(user: string): Struck {
  return {
    name: user,
    user,
    isOnline: true,
    isRunning: true,
    // The sign that a device has when its network is back; in Node a client finds out by itself.
    wakeUp: (reason) => {
      if (typeof globalThis.dispatchEvent === 'function') globalThis.dispatchEvent(new Event(reason))
    },
  }
}

const refusal = (code: WireErrorCode): ErrorAck => ({
  ok: false,
  error: WIRE_ERRORS[code].text,
  code,
  retry: retryOf(code),
})
