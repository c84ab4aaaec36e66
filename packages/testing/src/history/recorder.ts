import type { Chat, MessageDraftInput, Room, Sent, ShownMessage } from '@roomful/client'
import { asRoomId, LIMITS, type Message } from '@roomful/protocol'
import type { Actor, FinalRoom, HistoryEvent, Operation, SeenMessage } from './event'

type WaitOptions = Parameters<Room['send']>[1]

/** Errors that only the SDK reports: the server may or may not have acted. */
const UNKNOWN_CODES = new Set([
  'TIMEOUT',
  'OFFLINE',
  'ABORTED',
  'SESSION_REVOKED',
  'TOKEN_INVALID',
  'TOKEN_EXPIRED',
  'UNAUTHENTICATED',
])

/**
 * Records a history during a run. One per run: the order of its events is the order of time. In a run with several
 * programs (pages, processes) each has its own recorder, and `onEvent` forwards its events to one history; their calls
 * need distinct names.
 */
export class Recorder {
  readonly history: HistoryEvent[] = []
  #calls = 0

  constructor(
    private readonly options: {
      readonly name?: string
      readonly onEvent?: (event: HistoryEvent) => void
    } = {},
  ) {}

  /** Runs one call that is not a `room.send`, and records its outcome. */
  async call<T>(who: Actor, roomId: string, op: Operation, run: () => Promise<T>): Promise<T> {
    const call = this.#invoke(who, roomId, op)
    try {
      const value = await run()
      this.#write({ who, roomId, phase: 'ok', call })
      return value
    } catch (error) {
      this.#refused(who, roomId, call, error)
      throw error
    }
  }

  /** `room.send`, with its outcome whenever it comes. */
  send(who: Actor, room: Room, draft: string | MessageDraftInput, options?: WaitOptions): Sent {
    const sent = room.send(draft, options)
    const content = typeof draft === 'string' ? draft : draft.content
    const call = this.#invoke(who, room.id, { kind: 'send', clientId: sent.clientId, content })
    sent.then(
      (message) => this.#write({ who, roomId: room.id, phase: 'ok', call, message: seen(message) }),
      (error: unknown) => this.#refused(who, room.id, call, error),
    )
    return sent
  }

  /** What the room shows now. */
  view(who: Actor, room: Room): void {
    this.#write({ who, roomId: room.id, phase: 'view', ...viewOf(room) })
  }

  /** What the room shows from now on, at each of its notifications. Returns the function that stops it. */
  watch(who: Actor, room: Room): () => void {
    return room.subscribe(() => this.view(who, room))
  }

  #write(event: HistoryEvent): void {
    this.history.push(event)
    this.options.onEvent?.(event)
  }

  #invoke(who: Actor, roomId: string, op: Operation): string {
    const call = `${this.options.name ?? 'call'}-${++this.#calls}`
    this.#write({ who, roomId, phase: 'invoked', call, op })
    return call
  }

  #refused(who: Actor, roomId: string, call: string, error: unknown): void {
    const code =
      error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'TIMEOUT'
    if (UNKNOWN_CODES.has(code)) this.#write({ who, roomId, phase: 'unknown', call })
    else this.#write({ who, roomId, phase: 'failed', call, code })
  }
}

export function seen(message: Message | ShownMessage): SeenMessage {
  const { id, seq, rev, senderId, clientId, type, content, deleted } = message
  return { id, seq, rev, senderId, type, content, deleted, ...(clientId === undefined ? {} : { clientId }) }
}

/** What a room shows: confirmed messages, and the range it claims to have whole. */
export function viewOf(room: Room) {
  const { messages, hasOlder, hasNewer, lastSeq, status, unread, lastReadSeq } = room.getState()
  const confirmed = messages.filter((message) => message.seq > 0).map(seen)
  const first = confirmed[0]?.seq ?? lastSeq + 1
  const last = confirmed.at(-1)?.seq ?? 0
  return {
    messages: confirmed,
    fromSeq: hasOlder ? first : 1,
    toSeq: hasNewer || status !== 'live' ? last : lastSeq,
    complete: status === 'live' && !hasNewer,
    unread,
    lastReadSeq,
  }
}

/** Reads a room from the server, tombstones included, page by page. */
export async function readRoom(
  chat: Pick<Chat, 'request'>,
  roomId: string,
): Promise<{ messages: Message[]; lastSeq: number; rev: number }> {
  const messages: Message[] = []
  for (let afterSeq = 0; ; ) {
    const page = await chat.request('fetch-history', {
      roomId: asRoomId(roomId),
      afterSeq,
      limit: LIMITS.historyPage,
      includeDeleted: true,
    })
    messages.push(...page.messages)
    if (page.toSeq <= afterSeq) return { messages, lastSeq: page.lastSeq, rev: page.rev }
    afterSeq = page.toSeq
  }
}

/** The end of a run, once the network is quiet: the server's rows, and what each device shows. */
export async function finalRoom(
  reader: Pick<Chat, 'request'>,
  roomId: string,
  devices: readonly { who: Actor; room: Room }[],
): Promise<FinalRoom> {
  const { messages, lastSeq, rev } = await readRoom(reader, roomId)
  const outbox = devices.flatMap(({ room }) =>
    room
      .messages()
      .flatMap((message) => (message.status === 'sent' || !message.clientId ? [] : [message.clientId])),
  )
  return {
    roomId,
    lastSeq,
    rev,
    messages: messages.map(seen),
    views: devices.map(({ who, room }) => ({ who, ...viewOf(room) })),
    outbox,
  }
}
