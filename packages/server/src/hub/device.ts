import type { Bye, RoomId, ServerEvent, ServerPayload, UserId } from '@roomful/protocol'
import type { Identity } from '../auth/identity'

/**
 * One line to one device: all that the hub and the handlers know of a socket. Guarantees: events arrive in the order
 * in which they were given; after `close` nothing is sent any more.
 */
export interface DeviceConnection {
  readonly id: string
  emit<E extends ServerEvent>(event: E, payload: ServerPayload<E>): void
  /** Channels are what a Broadcaster sends to. */
  join(channel: string): void
  leave(channel: string): void
  /** Says why, then hangs up. */
  close(bye?: Bye): void
}

/** Sends one event to all lines of a channel, encoding it once. */
export interface Broadcaster {
  broadcast<E extends ServerEvent>(
    channel: string,
    event: E,
    payload: ServerPayload<E>,
    /** `volatile`: a line that is busy misses it. `except`: the id of a line that does not get it. */
    options?: { volatile?: boolean; except?: string },
  ): void
}

/** A signed-in device. */
export class Device {
  /** The rooms it is subscribed to. */
  readonly rooms = new Set<RoomId>()
  /** For each join that is being read: the rooms that were left meanwhile, which it must not subscribe to. */
  readonly joins = new Set<Set<RoomId>>()
  /** The users whose presence it is told. */
  watched: ReadonlySet<UserId> = new Set()
  status: 'online' | 'away' = 'online'
  /** Its connection has ended: nobody waits for what it asked for. */
  isGone = false
  #lane: Promise<unknown> = Promise.resolve()

  constructor(
    readonly connection: DeviceConnection,
    readonly protocol: 1 | 2,
    public identity: Identity,
  ) {}

  get id(): string {
    return this.connection.id
  }
  get userId(): UserId {
    return this.identity.id
  }

  /**
   * Runs one step after the other, in the order of the calls: what a device sends reaches its room in the order in
   * which it was sent (I9), however long each takes to be looked up or screened.
   */
  inOrder<T>(step: () => Promise<T>): Promise<T> {
    const mine = this.#lane.then(step)
    this.#lane = mine.catch(() => {})
    return mine
  }
}

/** The channel of a room's subscribers of one protocol: they are told the same facts in different events. */
export const roomChannel = (protocol: 1 | 2, roomId: RoomId): string => `r${protocol}:${roomId}`
