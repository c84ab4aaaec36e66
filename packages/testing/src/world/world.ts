import { asRoomId, asUserId, type Member, type Room } from '@roomful/protocol'
import { type RateOptions, type ServerOptions, StoreError } from '@roomful/server/engine'
import { Browser } from './browser'
import { BusNetwork } from './bus'
import type { WorldContext } from './context'
import { Database } from './database'
import { Device, type DeviceOptions } from './device'
import { Disk } from './disk'
import { drain, nextTurn } from './drain'
import { CALM, type Rates } from './faults'
import { FileServer } from './file-server'
import { Link } from './link'
import { PassingRooms } from './passing-rooms'
import { Random } from './random'
import { type NodeOptions, ServerNode } from './server-node'
import { Trace } from './trace'
import type { Dial } from './transport'
import { Truth } from './truth'
import { START_MS, VirtualTime } from './virtual-time'
import { Watch } from './watch'

export const WORLD_URL = 'sim://roomful'

export type WorldOptions = {
  readonly seed: number | string
  /** Server processes behind one address. */
  readonly nodes?: number
  readonly rates?: Partial<Rates>
  readonly serverRates?: RateOptions
  readonly defaultRooms?: readonly string[]
  readonly invitations?: ServerOptions['invitations']
  /** Who has this token; throws for an invalid one. Absent: the tokens of the world's own devices. */
  readonly authenticate?: NodeOptions['authenticate']
  readonly trace?: boolean
  readonly traceLines?: number | undefined
}

/**
 * A whole chat system in one process: the real server on 1–3 nodes, the real client on any number of devices, and
 * between them a network, a bus, a database, disks and clocks that behave as the seed decides.
 */
export class World {
  readonly context: WorldContext
  readonly truth: Truth
  readonly database: Database
  readonly bus: BusNetwork
  readonly passing: PassingRooms | undefined
  readonly watch: Watch
  readonly nodes: ServerNode[] = []
  readonly devices: Device[] = []
  readonly links: Link[] = []
  readonly #random: Random
  #starts = 0
  #seeded = 0
  #links = 0

  constructor(private readonly options: WorldOptions) {
    const time = new VirtualTime()
    const random = new Random(String(options.seed))
    this.context = {
      time,
      random,
      files: new FileServer(time),
      trace: new Trace(time, options.trace ?? false, options.traceLines),
      rates: { ...CALM, ...options.rates },
      rules: [],
      violations: [],
    }
    this.#random = random.split('world')
    this.truth = new Truth((text) => this.context.violations.push(text))
    this.database = new Database(this.context, this.truth)
    this.bus = new BusNetwork(this.context, (options.nodes ?? 1) > 1)
    this.passing = this.bus.isShared ? new PassingRooms(this.context, this.bus) : undefined
    this.watch = new Watch(this.context, this.truth)
    for (let i = 0; i < (options.nodes ?? 1); i++) this.startNode()
  }

  get files(): FileServer {
    return this.context.files
  }

  get time(): VirtualTime {
    return this.context.time
  }

  startNode(): ServerNode {
    const id = `node${++this.#starts}`
    const node = new ServerNode(this.context, id, this.bus, this.database, this.passing, {
      rates: this.options.serverRates ?? { sendsPerSecond: 0, eventsPerSecond: 0 },
      defaultRooms: this.options.defaultRooms ?? [],
      invitations: this.options.invitations,
      authenticate: this.options.authenticate,
      onError: (text, error) => {
        // A database that fails is one of the faults; any other error is a mistake.
        if (!(error instanceof StoreError)) this.context.violations.push(`P10: ${text}: ${describe(error)}`)
      },
    })
    const free = this.nodes.findIndex((old) => !old.isUp)
    if (free < 0) this.nodes.push(node)
    else this.nodes[free] = node
    return node
  }

  /** Creates a room directly in the database, before anything happens. */
  async addRoom(
    id: string,
    type: Room['type'],
    userIds: readonly string[],
    { name = id, userName = String }: { name?: string; userName?: (userId: string) => string } = {},
  ): Promise<void> {
    const createdAt = new Date(START_MS).toISOString()
    const members = userIds.map(
      (userId, i): Member => ({
        roomId: asRoomId(id),
        userId: asUserId(userId),
        name: userName(userId),
        role: i === 0 && type !== 'dm' ? 'owner' : 'member',
        joinedAt: createdAt,
        lastReadSeq: 0,
        fromSeq: 1,
        rev: i + 1,
      }),
    )
    const room: Room = {
      id: asRoomId(id),
      name,
      type,
      createdBy: null,
      createdAt,
      metadata: {},
      settings: {},
      rev: members.length,
      lastSeq: 0,
    }
    this.truth.createRoom(this.database.store.epoch, room, members)
    await this.database.store.createRoom({ room, members })
    for (const userId of userIds)
      await this.database.store.putUser({ id: asUserId(userId), name: userName(userId) })
  }

  /** Of a message that no device sent. */
  nextSeededId(userId: string): string {
    return `${userId}-fill-${String(++this.#seeded).padStart(6, '0')}`
  }

  addDevice(options: Omit<DeviceOptions, 'url'>): Device {
    const device = new Device(
      this.context,
      { url: WORLD_URL, ...options },
      (from) => this.dialFrom(from),
      this.watch,
    )
    this.devices.push(device)
    return device
  }

  diskFor(name: string): Disk {
    return new Disk(this.context, this.context.random.split(`disk ${name}`), `${name}'s disk`)
  }

  /** A browser, for devices that are its tabs. */
  browserFor(name: string): Browser {
    return new Browser(name, this.time)
  }

  /** The tabs of a device's browser, itself among them. */
  tabsOf(device: Device): Device[] {
    const { browser } = device
    return browser ? this.devices.filter((one) => one.browser === browser) : [device]
  }

  /** The connection of a device that its client considers up. */
  linkOf(device: Device): Link | undefined {
    return this.linksOf(device.name)[0]
  }

  linksOf(device: string): Link[] {
    return this.links.filter((link) => link.device === device && link.isClientUp)
  }

  /** One event with its immediate consequences. False: nothing is due up to `until`. */
  step(until: number): boolean {
    if (drain === undefined) throw new Error('this runtime cannot be driven without turns of its event loop')
    if (this.time.step(until) === undefined) return false
    drain()
    return true
  }

  /** As `step`, from anywhere. */
  async turn(until: number): Promise<boolean> {
    await nextTurn()
    if (this.time.step(until) === undefined) return false
    await nextTurn()
    return true
  }

  /** The network as this device sees it. */
  dialFrom(device: Pick<Device, 'name' | 'user' | 'isOnline'>): Dial {
    return (end) => {
      const up = this.nodes.filter((node) => node.isUp)
      if (up.length === 0 || !device.isOnline) return undefined
      const random = this.#random
      const id = `${device.name}#${++this.#links}`
      const link = new Link(
        this.context,
        random.split(id),
        id,
        device.name,
        device.user,
        random.pick(up),
        end,
      )
      const gone = this.links.findIndex((old) => !old.isClientUp && !old.isServerUp)
      if (gone >= 0) this.links.splice(gone, 1)
      this.links.push(link)
      return link
    }
  }
}

const describe = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error)
