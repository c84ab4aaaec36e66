import { type ChatEvent, type EventType, type Happening, roomOf, streamOf } from '../core/chat-event'
import type { Claims } from '../core/claims'
import type { OutboxEvent } from '../core/ops'
import { isEphemeralId } from '../ephemeral/room-id'
import type { Ids } from '../ports/ids'
import type { Log } from '../ports/log'
import type { WebhookEndpoint } from './endpoint'

export type EventOf<T extends EventType> = Extract<ChatEvent, { readonly type: T }>
/** What only listeners in the process learn of an event: it is in no webhook. */
export type EventContext = {
  /**
   * Of the connection that acted, in a message, a membership or a change of a room. Absent: its sign-in gave none, or
   * it was the app's backend.
   */
  readonly claims?: Claims
}
/** May be async; what it throws is logged, and changes nothing. */
export type EventListener<T extends EventType> = (
  event: EventOf<T>,
  context: EventContext,
) => void | Promise<void>

type Noted = { readonly event: ChatEvent; readonly context: EventContext }

/** Events of one write: what listeners get after it, and the rows that are written with it. */
export type Prepared = { readonly events: readonly Noted[]; readonly rows: readonly OutboxEvent[] }

export const NO_EVENTS: Prepared = { events: [], rows: [] }

/** What a write needs: the rows to be written with it, and a notice once it is committed. */
export type EventWriter = {
  readonly isWanted: boolean
  prepare(happenings: readonly Happening[]): Prepared
  publish(prepared: Prepared): void
}

/**
 * Makes the events of one node. In process they go to listeners, once the write is committed. For each endpoint that
 * wants an event there is a row, which is written with it.
 */
export class EventLog implements EventWriter {
  readonly #listeners = new Map<EventType, Set<(noted: Noted) => void>>()
  #listening = 0
  readonly #onKept = new Set<() => void>()

  constructor(
    private readonly parts: {
      readonly endpoints: readonly WebhookEndpoint[]
      readonly ids: Pick<Ids, 'uuid'>
      readonly log: Log
    },
  ) {}

  /** Without an endpoint or a listener no event is made, and nothing is written. */
  get isWanted(): boolean {
    return this.#listening > 0 || this.parts.endpoints.length > 0
  }

  prepare(happenings: readonly Happening[]): Prepared {
    if (!this.isWanted || happenings.length === 0) return NO_EVENTS
    const rows: OutboxEvent[] = []
    const events = happenings.map((happening): Noted => {
      const { at, claims, ...rest } = happening
      const event = { ...rest, id: this.parts.ids.uuid(at), timestamp: new Date(at).toISOString() }
      rows.push(...this.#rowsOf(event, happening))
      return { event, context: claims === undefined ? {} : { claims } }
    })
    return { events, rows }
  }

  /** The write is committed. */
  publish({ events, rows }: Prepared): void {
    for (const noted of events) {
      const listeners = this.#listeners.get(noted.event.type)
      // Those that were there when it happened, and still are: one that listens again from inside would never end.
      for (const notify of [...(listeners ?? [])]) if (listeners?.has(notify)) notify(noted)
    }
    if (rows.length > 0) for (const notify of this.#onKept) notify()
  }

  /** Returns the function that ends it. */
  on<T extends EventType>(type: T, listener: EventListener<T>): () => void {
    const notify = ({ event, context }: Noted): void => {
      if (isOf(event, type)) void this.#call(event, context, listener)
    }
    const listeners = this.#listeners.get(type) ?? new Set()
    this.#listeners.set(type, listeners.add(notify))
    this.#listening++
    return () => {
      if (listeners.delete(notify)) this.#listening--
    }
  }

  /** Called after events were written for endpoints. */
  onKept(listener: () => void): void {
    this.#onKept.add(listener)
  }

  async #call<T extends EventType>(
    event: EventOf<T>,
    context: EventContext,
    listener: EventListener<T>,
  ): Promise<void> {
    try {
      await listener(event, context)
    } catch (error) {
      this.parts.log.error({ err: error, eventId: event.id, type: event.type }, 'a listener of events failed')
    }
  }

  #rowsOf(event: ChatEvent, happening: Happening): readonly OutboxEvent[] {
    const roomId = roomOf(happening)
    // Nothing of an ephemeral room is stored.
    if (roomId !== undefined && isEphemeralId(roomId)) return []
    const wanting = this.parts.endpoints.filter((endpoint) => isWantedBy(endpoint, event.type, roomId))
    if (wanting.length === 0) return []
    const { id, type } = event
    const kept = { stream: streamOf(happening), id, type, at: happening.at, body: JSON.stringify(event) }
    return wanting.map((endpoint) => ({ endpoint: endpoint.id, ...kept }))
  }
}

const isOf = <T extends EventType>(event: ChatEvent, type: T): event is EventOf<T> => event.type === type

const isWantedBy = (
  { types, rooms }: WebhookEndpoint,
  type: EventType,
  roomId: string | undefined,
): boolean =>
  (types === undefined || types.includes(type)) &&
  (rooms === undefined || (roomId !== undefined && rooms.includes(roomId)))
