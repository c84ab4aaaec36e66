import type { Bye, RoomId, ServerEvent, ServerPayload, UserId } from '@roomful/protocol'
import { NO_REQUEST, type RequestSource } from '../auth/credentials'
import type { Identity } from '../auth/identity'

/**
 * The connection to one device: all that the hub and the handlers know of a socket. Guarantees: events arrive in the
 * order in which they were emitted; after `close` nothing is sent.
 */
export interface DeviceConnection {
  readonly id: string
  emit<E extends ServerEvent>(event: E, payload: ServerPayload<E>): void
  /** Channels are what a Broadcaster sends to. */
  join(channel: string): void
  leave(channel: string): void
  /** Sends the reason, then disconnects. */
  close(bye?: Bye): void
}

/** Sends one event to all connections of a channel, encoding it once. */
export interface Broadcaster {
  broadcast<E extends ServerEvent>(
    channel: string,
    event: E,
    payload: ServerPayload<E>,
    /** `volatile`: a busy connection misses it. `except`: the id of a connection that does not receive it. */
    options?: { volatile?: boolean; except?: string },
  ): void
}

/** A signed-in device. */
export class Device {
  /** The rooms it is subscribed to. */
  readonly rooms = new Set<RoomId>()
  /** For each join under way: the rooms that were left meanwhile, which it must not subscribe to. */
  readonly joins = new Set<Set<RoomId>>()
  /** The users whose presence it receives. */
  watched: ReadonlySet<UserId> = new Set()
  status: 'online' | 'away' = 'online'
  /** Its connection has ended: its requests need no answer. */
  isGone = false
  #lane: Promise<unknown> = Promise.resolve()

  constructor(
    readonly connection: DeviceConnection,
    readonly protocol: 1 | 2,
    public identity: Identity,
    /** The request that opened it; a fresh token is checked beside it. */
    readonly source: RequestSource = NO_REQUEST,
  ) {}

  get id(): string {
    return this.connection.id
  }
  get userId(): UserId {
    return this.identity.id
  }

  /**
   * Runs one step at a time, in the order of the calls: a device's sends reach their room in the order in which they
   * were sent (I9), however long each lookup or moderation takes.
   */
  inOrder<T>(step: () => Promise<T>): Promise<T> {
    const mine = this.#lane.then(step)
    this.#lane = mine.catch(() => {})
    return mine
  }
}

/** The channel of a room's subscribers of one protocol: both receive the same facts, in different events. */
export const roomChannel = (protocol: 1 | 2, roomId: RoomId): string => `r${protocol}:${roomId}`
