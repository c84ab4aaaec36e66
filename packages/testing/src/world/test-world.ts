import type { Chat } from '@roomful/client'
import type { AsyncClosable } from '@roomful/protocol'
import { advance } from './advance'
import type { ServedRequest } from './context'
import { unsettled } from './convergence'
import type { ClientOptions, Device } from './device'
import { loadLazyParts } from './load-lazy-parts'
import { play } from './play'
import { commitMessages, type RoomSeed, seedRooms } from './seed-rooms'
import { TestFaults } from './test-faults'
import { World } from './world'

export type TestWorldOptions<User extends string = string> = {
  /** The same seed is the same world, to the millisecond. Default 1. */
  readonly seed?: number | string
  readonly users: readonly User[]
  /** Default `general`: a public room that all users are in. */
  readonly rooms?: readonly (string | RoomSeed<User>)[]
  /** Server processes, 1–3. Default 1. */
  readonly nodes?: number
  /** Who may add whom to a room; the server's default if absent. */
  readonly invitations?: 'consent' | 'open'
  /** Options of all clients. */
  readonly client?: ClientOptions
}

export interface TestWorld<User extends string = string> extends AsyncClosable {
  /** One client a user, online. After a `reload` it is another object. */
  readonly clients: Readonly<Record<User, Chat>>
  readonly faults: TestFaults<User>
  /** Virtual milliseconds since the world began. */
  readonly now: number
  /** Another device of this user: another phone, another browser. */
  addDevice(user: User): Promise<Chat>
  /** The user's first device starts again from its disk. */
  reload(user: User): Promise<Chat>
  /** The requests of a user's devices as they arrived at the server, in order. */
  requests(user: User): readonly ServedRequest[]
  /** This many messages of a user, committed at once: `text 1`, `text 2` … Live devices see them arrive. */
  fill(room: string, user: User, count: number): Promise<void>
  /** Virtual time passes, with everything that falls into it. */
  advance(ms: number): Promise<void>
  /** Time passes until every device equals the server and is idle, or for 30 s if something prevents that. */
  settle(): Promise<void>
  /**
   * `settle`, then throws with everything that is not right: rows, cursors, outboxes, unread, and every broken
   * invariant.
   */
  expectConverged(): Promise<void>
  /**
   * Time passes by itself, as fast as outside or `speed` times as fast, until the returned function is called or the world
   * is closed: for a page that a person looks at. Something broken is then thrown where nobody catches it.
   *
   * @example
   * const world = await createTestWorld({ users: ['ann', 'bob'] })
   * const stop = world.play()
   * await world.clients.ann.room('general').open()
   * stop()
   * await world.close()
   */
  play(speed?: number): () => void
  /** Ends all clients and servers. */
  close(): Promise<void>
}

const SETTLE_MS = 30_000
const LOOK_EVERY_MS = 250

/**
 * The real server and real clients in one process, on a virtual clock, network, disks and database: what takes a minute
 * in life takes milliseconds here, and happens the same way each time.
 *
 * @example
 * const world = await createTestWorld({ users: ['ann', 'bob'] })
 * const room = world.clients.ann.room('general')
 * room.send('hello')
 * await world.settle() // time passes only here, and in `advance`: what is awaited elsewhere never comes
 * await world.close()
 */
export function createTestWorld<User extends string>(
  options: TestWorldOptions<User>,
): Promise<TestWorld<User>> {
  return startWorld(options)
}

/** As `createTestWorld`, with access to its parts. */
export async function startWorld(options: TestWorldOptions): Promise<RunningWorld> {
  const { users, rooms = ['general'], seed = 1, nodes = 1, invitations, client = {} } = options
  await loadLazyParts()
  const world = new World({ seed, nodes, ...(invitations === undefined ? {} : { invitations }) })
  await seedRooms(world, rooms, users)
  for (const user of users) world.addDevice({ user, name: user, disk: world.diskFor(user), client })
  const clients = Object.defineProperties(
    {},
    Object.fromEntries(
      world.devices.map((device) => [device.name, { enumerable: true, get: () => device.chat }]),
    ),
  )
  const kit = new RunningWorld(world, clients)
  for (const device of world.devices) device.start()
  await kit.settle()
  return kit
}

export class RunningWorld implements TestWorld {
  readonly faults: TestFaults
  readonly #served = new Map<string, ServedRequest[]>()
  #pause = (): void => {}

  constructor(
    readonly world: World,
    readonly clients: Readonly<Record<string, Chat>>,
  ) {
    this.faults = new TestFaults(world)
    world.context.onServed = (user, request) => {
      const served = this.#served.get(user) ?? []
      this.#served.set(user, served)
      served.push(request)
    }
  }

  requests(user: string): readonly ServedRequest[] {
    return this.#served.get(user) ?? []
  }

  async fill(room: string, user: string, count: number): Promise<void> {
    const messages = Array.from({ length: count }, (_, i) => ({ from: user, content: `text ${i + 1}` }))
    await commitMessages(this.world, room, messages)
  }

  get now(): number {
    return this.world.time.elapsed
  }

  async addDevice(user: string): Promise<Chat> {
    const { world } = this
    const name = `${user}-${world.devices.filter((device) => device.user === user).length + 1}`
    const { client = {} } = this.device(user).options
    const chat = world.addDevice({ user, name, disk: world.diskFor(name), client }).start()
    await this.settle()
    return chat
  }

  async reload(user: string): Promise<Chat> {
    const device = this.device(user)
    device.kill()
    device.start()
    await this.settle()
    return device.chat
  }

  advance(ms: number): Promise<void> {
    return advance(this.world, ms)
  }

  play(speed = 1): () => void {
    this.#pause()
    this.#pause = play(this.world, speed)
    return this.#pause
  }

  async settle(): Promise<void> {
    const end = this.world.time.now + SETTLE_MS
    do await this.advance(LOOK_EVERY_MS)
    while (unsettled(this.world).length > 0 && this.world.time.now < end)
  }

  async expectConverged(): Promise<void> {
    await this.settle()
    const found = unsettled(this.world)
    if (found.length > 0) throw new Error(`The world has not converged:\n${found.join('\n')}`)
  }

  async close(): Promise<void> {
    this.#pause()
    for (const device of this.world.devices) device.kill()
    for (const node of this.world.nodes) node.crash()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** The device of this name: a user's first one has the user's. */
  device(name: string): Device {
    const device = this.world.devices.find((one) => one.name === name)
    if (device === undefined) throw new Error(`there is no device ${name}`)
    return device
  }
}
