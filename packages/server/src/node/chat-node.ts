import { LIMITS, type RoomId, type ServerPayload, type UserId } from '@roomful/protocol'
import { userOf } from '../auth/acting-user'
import { NO_REQUEST, type RequestSource } from '../auth/credentials'
import { checkHandshake, type Handshake } from '../auth/handshake'
import type { Identity } from '../auth/identity'
import type { Refusal } from '../core/ops'
import { refuse } from '../core/refusal'
import type { QuotaLimits } from '../costs/quotas'
import type { RoomsInUse } from '../ephemeral/rooms-in-use'
import { deleteForAll } from '../handlers/delete-for-all'
import type { Services } from '../handlers/handler'
import { Pace } from '../handlers/pace'
import { type Gate, OVER_BUDGET, OVER_RATE, RENEWALS, request } from '../handlers/request'
import { type Rate, TokenBucket } from '../handlers/token-bucket'
import { Device, type DeviceConnection } from '../hub/device'
import { ConnectionTurns } from './connection-turns'
import { ensureUser } from './ensure-user'
import type { LateJoins } from './late-joins'
import type { Revoker } from './revoker'

export type NodeLimits = {
  readonly events: Rate
  readonly sends: Rate
  readonly costs: Rate
  readonly quotas: QuotaLimits
  readonly socketsPerUser: number
}

export type ChatNodeDeps = {
  readonly services: Services
  readonly limits: NodeLimits
  readonly defaultRooms: readonly string[]
  readonly lateJoins: LateJoins
  readonly revoker: Revoker
  readonly roomsInUse: RoomsInUse
}

/** The node's side of one device's connection. */
export type DeviceSession = {
  /** @internal */
  readonly device: Device
  /** Answers one event of the client: its name and arguments as they arrived. Never rejects. */
  request(packet: readonly unknown[]): Promise<object>
  /** More requests wait for their turn than it makes sense to read. */
  isAhead(): boolean
  /** The connection has closed. */
  end(): void
}

/** Some of a user's too many connections may be dead; those are noticed after this time. */
const TOO_MANY_SOCKETS_RETRY_MS = 15_000
/** A device may have this many seconds' requests under way: a database that answers within it is not noticed. */
const UNDER_WAY_SECONDS = 2
/** No token is expected to live longer. */
const REVOKED_FOR_MS = 400 * 24 * 3600 * 1000
/** Devices reconnect spread over this time after a stop, not all at once. */
const RECONNECT_SPREAD_MS = { from: 500, to: 5_000 }

/**
 * A server without sockets: it knows connections only. Socket.IO makes it a server; a simulation runs it on in-memory
 * connections and virtual time.
 */
export class ChatNode {
  #draining = false
  readonly #turns: ConnectionTurns

  constructor(private readonly deps: ChatNodeDeps) {
    this.#turns = new ConnectionTurns(deps.services.clock, deps.limits.socketsPerUser)
  }

  /** @internal */
  get services(): Services {
    return this.deps.services
  }

  get isDraining(): boolean {
    return this.#draining
  }

  /** Checks a handshake. `auth` is the handshake's, as it arrived. */
  async admit(auth: unknown, source: RequestSource = NO_REQUEST): Promise<Handshake | Refusal> {
    const { services, lateJoins, defaultRooms, limits } = this.deps
    if (this.#draining) return refuse('UNAVAILABLE')
    const handshake = await checkHandshake(services, auth, source)
    if ('ok' in handshake) return handshake
    const { identity } = handshake
    const { socketsPerUser } = limits
    if (services.hub.devices.of(identity.id).size >= socketsPerUser)
      return refuse('RATE_LIMITED', { limit: socketsPerUser, retryAfterMs: TOO_MANY_SOCKETS_RETRY_MS })
    const budget = services.budgets.of(identity.id)
    if (!(await this.#turns.take(identity.id, [budget, services.paces.of(identity.id)])))
      return refuse('RATE_LIMITED', { retryAfterMs: budget.retryAfterMs })
    if (this.#draining) return refuse('UNAVAILABLE')
    const ensured = await ensureUser(services, lateJoins, identity, defaultRooms)
    return 'ok' in ensured ? ensured : { ...handshake, identity: ensured }
  }

  /**
   * Opens the connection of an admitted device. Undefined: the state has changed since its admission, and the
   * connection was closed.
   */
  open(connection: DeviceConnection, { identity, protocol, source }: Handshake): DeviceSession | undefined {
    const { services, limits } = this.deps
    const { hub } = services
    const device = new Device(connection, protocol, identity, source)
    if (this.#draining) return closed(connection, { reason: 'SERVER_SHUTDOWN' })
    // Several simultaneous handshakes of one user have each seen room for one more.
    if (hub.devices.of(identity.id).size >= limits.socketsPerUser) return closed(connection)
    if (!hub.add(device)) return undefined
    if (protocol === 2) connection.emit('ready', this.#readyFor(device))
    const gate: Gate = {
      events: new TokenBucket(limits.events, services.clock),
      // Not held: a full one is dropped when there are many, and another device would get a new one.
      get budget() {
        return services.budgets.of(device.userId)
      },
      pace: new Pace(() => services.paces.of(device.userId), services.clock),
      overRate: new TokenBucket(OVER_RATE, services.clock),
      overBudget: new TokenBucket(OVER_BUDGET, services.clock),
      renewals: new TokenBucket(RENEWALS, services.clock),
      mostUnderWay:
        limits.events.perSecond === 0
          ? Number.POSITIVE_INFINITY
          : limits.events.perSecond * UNDER_WAY_SECONDS,
      underWay: 0,
      unknown: 0,
      isDraining: () => this.#draining,
    }
    return {
      device,
      request: (packet) => request(services, device, gate, packet),
      isAhead: () => gate.pace.isAhead,
      end: () => hub.remove(device),
    }
  }

  /**
   * Ends a session on every device and node. Rejects with StoreError if that could not be written yet: the session has
   * ended all the same, and this node writes it as soon as it can.
   */
  async revokeSession(sid: string, untilMs?: number): Promise<void> {
    const { revoker, services } = this.deps
    await revoker.revoke(sid, untilMs ?? services.clock.now() + REVOKED_FOR_MS)
  }

  /** Deletes a room for all, as a server admin does. False: there is no such room. Rejects with StoreError. */
  deleteRoom(roomId: RoomId, by: UserId): Promise<boolean> {
    return deleteForAll(this.deps.services, roomId, by)
  }

  /** The identity of a token, checked as in a handshake. */
  async identify(token: string, source: RequestSource = NO_REQUEST): Promise<Identity | Refusal> {
    const handshake = await checkHandshake(this.deps.services, { token }, source)
    return 'ok' in handshake ? handshake : handshake.identity
  }

  /** Ends the session of this token. False: it is not valid, or names no session. */
  async logout(token: string): Promise<boolean> {
    const identity = await this.identify(token)
    if ('ok' in identity || identity.sid === undefined) return false
    // Not until the end of this token: others of the session may last longer.
    await this.revokeSession(identity.sid)
    return true
  }

  /** Accepts nothing new, asks all devices to reconnect later, and resolves when everything accepted is committed. */
  async drain(): Promise<void> {
    this.#draining = true
    const { hub, ids, pipeline } = this.deps.services
    const { from, to } = RECONNECT_SPREAD_MS
    for (const device of hub.devices.all()) {
      const reconnectInMs = Math.round(from + ids.random() * (to - from))
      device.connection.emit('bye', { reason: 'SERVER_SHUTDOWN', reconnectInMs })
    }
    await pipeline.drained()
  }

  /** Closes all connections and stops every timer. */
  stop(): void {
    const { services, lateJoins, revoker, roomsInUse } = this.deps
    const { hub } = services
    for (const device of [...hub.devices.all()]) device.connection.close()
    lateJoins.stop()
    revoker.stop()
    roomsInUse.stop()
    services.names.stop()
    services.typingSignals.stop()
    services.streams.stop()
    services.purges.stop()
    hub.stop()
  }

  #readyFor(device: Device): ServerPayload<'ready'> {
    const { services, limits } = this.deps
    return {
      protocol: 2,
      epoch: services.store.epoch,
      user: userOf(device.identity),
      limits: {
        ...LIMITS,
        sendsPerSecond: limits.sends.perSecond,
        sendsBurst: limits.sends.burst,
        eventsPerSecond: limits.events.perSecond,
        socketsPerUser: limits.socketsPerUser,
      },
      serverTime: new Date(services.clock.now()).toISOString(),
    }
  }
}

function closed(connection: DeviceConnection, bye?: ServerPayload<'bye'>): undefined {
  connection.close(bye)
  return undefined
}
