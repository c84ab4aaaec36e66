import { asUserId } from '@roomful/protocol'
import { customAuthenticate } from '../auth/jwt'
import type { Provisioning } from '../auth/provisioning'
import type { Bus } from '../cluster/bus'
import { localBus } from '../cluster/local-bus'
import type { InvitationPolicy } from '../core/consent'
import type { EphemeralStore } from '../ephemeral/ephemeral-store'
import type { Hooks } from '../moderation/hooks'
import type { RateOptions } from '../options'
import type { Clock } from '../ports/clock'
import type { Log } from '../ports/log'
import { noMeter } from '../ports/meter'
import type { Authorize } from '../rules/authorize'
import { kindsOf, type RoomTypes } from '../rules/room-types'
import { MemoryStore } from '../stores/memory/memory-store'
import type { Store } from '../stores/port'
import { createNode, type NodeParts } from './create-node'
import { type Carried, MemoryConnections } from './memory-connections'

/** Time that a test advances by hand. */
export class ManualClock implements Clock {
  #now = Date.UTC(2026, 0, 1)
  #timers: { at: number; fn: () => void }[] = []

  now = (): number => this.#now

  setTimer = (ms: number, fn: () => void): (() => void) => {
    const timer = { at: this.#now + ms, fn }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter((one) => one !== timer)
    }
  }

  /** Advances the time, and runs everything that falls into it. */
  async pass(ms: number): Promise<void> {
    const until = this.#now + ms
    for (;;) {
      await flushPromises()
      const due = this.#timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0]
      if (!due) break
      this.#timers = this.#timers.filter((one) => one !== due)
      this.#now = Math.max(this.#now, due.at)
      due.fn()
    }
    this.#now = until
  }
}

/** After a turn of the event loop, all promises that depend only on each other have settled. */
export const flushPromises = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} }

/** A node on a memory store, with devices whose token is their user's id. */
export function testNode({
  rates = {},
  store,
  ephemeral,
  hooks = {},
  authorize,
  roomTypes,
  clock = new ManualClock(),
  nodeId = 'node-1',
  bus = localBus(),
  idPrefix = 'id',
  defaultRooms = [],
  customEmoji = [],
  invitations = 'open',
  events,
  provisioning = 'at-sign-in',
}: {
  rates?: RateOptions
  store?: Store
  ephemeral?: EphemeralStore
  hooks?: Hooks
  authorize?: Authorize
  roomTypes?: RoomTypes
  /** Several nodes share a clock and stores, and each has its own name, bus and ids. */
  clock?: ManualClock
  nodeId?: string
  bus?: Bus
  idPrefix?: string
  defaultRooms?: readonly string[]
  customEmoji?: readonly string[]
  /** `open`: for tests that are not about consent, users are put together in one step. */
  invitations?: InvitationPolicy
  events?: NodeParts['events']
  provisioning?: Provisioning
} = {}) {
  const connections = new MemoryConnections()
  let ids = 0
  const logged: { fields: object; text: string }[] = []
  const node = createNode({
    nodeId,
    bus,
    store: store ?? new MemoryStore({ epoch: 'epoch-1', now: clock.now }),
    ...(ephemeral ? { ephemeral } : {}),
    broadcaster: connections,
    authenticate: customAuthenticate(({ token }) => identityFrom(token), clock),
    clock,
    ids: {
      uuid: () => `${idPrefix}-${String(++ids).padStart(8, '0')}`,
      requestId: () => `request-${++ids}`,
      random: () => 0.5,
    },
    log: { ...silent, error: (fields, text) => logged.push({ fields, text }) },
    meter: noMeter,
    rates: { sendsPerSecond: 0, eventsPerSecond: 0, ...rates },
    hooks,
    authorize,
    kinds: kindsOf(roomTypes),
    stopwatch: clock.now,
    defaultRooms,
    customEmoji,
    invitations,
    provisioning,
    ...(events ? { events } : {}),
  })
  const device = (name: string, protocol: 1 | 2 = 2) =>
    openDevice(node, connections, `${name}-${++ids}`, name, protocol)
  return { clock, node, device, logged }
}

/** `ann`, or `ann?sid=s1&expiresAt=1234&admin=1&name=Anna&avatarUrl=https://…&issuedAt=1234&claims={"plan":"pro"}`. */
function identityFrom(token: string) {
  const [id = '', query = ''] = token.split('?')
  const facts = new URLSearchParams(query)
  const [sid, expiresAt, issuedAt] = [facts.get('sid'), facts.get('expiresAt'), facts.get('issuedAt')]
  const [claims, avatarUrl] = [facts.get('claims'), facts.get('avatarUrl')]
  return {
    id: asUserId(id),
    name: facts.get('name') ?? id,
    admin: facts.has('admin'),
    ...(sid === null ? {} : { sid }),
    ...(expiresAt === null ? {} : { expiresAt: Number(expiresAt) }),
    ...(issuedAt === null ? {} : { issuedAt: Number(issuedAt) }),
    // Empty: the token says that there is none.
    ...(avatarUrl === null ? {} : { avatarUrl: avatarUrl || null }),
    ...(claims === null ? {} : { claims: JSON.parse(claims) }),
  }
}

async function openDevice(
  node: ReturnType<typeof createNode>,
  connections: MemoryConnections,
  id: string,
  token: string,
  protocol: 1 | 2,
) {
  const handshake = await node.admit({ token, protocol })
  if ('ok' in handshake) throw new Error(`refused: ${handshake.code}`)
  const events: Carried[] = []
  let isOpen = true
  const connection = connections.open(
    id,
    (carried) => events.push(carried),
    () => {
      isOpen = false
      deviceSession?.end()
    },
  )
  const deviceSession = node.open(connection, handshake)
  return {
    events,
    all: (event: string) => events.filter((one) => one.event === event).map((one) => one.payload),
    isOpen: () => isOpen,
    close: () => connection.close(),
    /** A packet as parsed from a frame: it may be nested too deep for JSON to write it again. */
    request: (packet: readonly unknown[]): Promise<object> | undefined => deviceSession?.request(packet),
    ask: async (event: string, ...args: unknown[]): Promise<Record<string, unknown>> => {
      const answer = await deviceSession?.request([event, ...JSON.parse(JSON.stringify(args))])
      return JSON.parse(JSON.stringify(answer ?? null))
    },
  }
}
