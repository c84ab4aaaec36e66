import type { Message, MessageId, RoomId } from '@roomful/protocol'
import type { Bus, BusMessage } from '../cluster/bus'
import { SERVER_ACTOR } from '../core/server-actor'
import { isEphemeralId } from '../ephemeral/room-id'
import type { Broadcaster } from '../hub/device'
import { roomChannel } from '../hub/device'
import type { Hub } from '../hub/hub'
import { sendAround } from '../hub/subscriptions'
import type { Hooks } from '../moderation/hooks'
import type { Pipeline } from '../pipeline/port'
import { type Clock, every } from '../ports/clock'
import type { Log } from '../ports/log'
import type { Meter } from '../ports/meter'
import type { Store } from '../stores/port'
import type { DeltaRelay } from './delta-relay'
import { noteEnded } from './note-ended'
import type { OpenStream, OpenStreams } from './open-streams'

const LOOK_MS = 5_000
/** A node that was cut off from the others, or killed, finds here what it has not received. */
const READ_EVERY = 6
const READ_PAGE = 500
/** Of one look: the next one does the rest. */
const MOST_AT_ONCE = 100
/** Rows of an ephemeral room: all that it keeps. */
const EPHEMERAL_ROWS = 100

export type StreamWatchDeps = {
  readonly store: Pick<Store, 'read'>
  readonly pipeline: Pick<Pipeline, 'submit'>
  readonly bus: Bus
  readonly broadcaster: Broadcaster
  readonly clock: Clock
  readonly log: Log
  readonly meter: Meter
  readonly hooks: Hooks
  readonly open: OpenStreams
  readonly relay: DeltaRelay
  /** Protocol-2 devices of this node that have the room open. */
  readonly readers: (roomId: RoomId) => number
  readonly lateReaders: Hub['lateReaders']
  readonly openRooms: () => Iterable<RoomId>
}

/**
 * Delivers deltas to this node's devices, and marks as interrupted what has no producer any more: its socket is gone, its
 * process was killed, or its node. Every node watches all that it knows of; which of them is first does not matter, and
 * whether the producer was silent is decided under the room's lock.
 */
export class StreamWatch {
  readonly #stop: () => void
  readonly #seenRooms = new Set<RoomId>()
  #looks = 0
  #isBusy = false
  #stopped = false

  constructor(private readonly deps: StreamWatchDeps) {
    deps.bus.subscribe((message) => this.#receive(message))
    this.#stop = every(deps.clock, LOOK_MS, () => void this.#look())
  }

  stop(): void {
    this.#stopped = true
    this.#stop()
    this.deps.relay.stop()
  }

  #receive(message: BusMessage): void {
    const { open, relay, clock } = this.deps
    if (message.type === 'batch') {
      for (const change of message.batch.changes) {
        if (change.kind !== 'message') continue
        const { id, roomId } = change.message
        if (!change.message.stream && !open.of(id)) continue
        open.noteRow(change.message, clock.now())
        if (!open.of(id)) relay.drop(roomId, id)
      }
    }
    if (message.type === 'delta') this.#deliver(message)
  }

  #deliver({ roomId, deltas }: Extract<BusMessage, { type: 'delta' }>): void {
    const { open, broadcaster, clock, meter, readers } = this.deps
    for (const { messageId, run, offset, text } of deltas)
      open.noteDelta(messageId, run, offset + text.length, clock.now())
    // An empty one only shows that its producer is alive.
    const shown = deltas.filter(({ text }) => text !== '')
    const count = readers(roomId)
    if (shown.length === 0 || count === 0) return
    // Of a message that is not known here nobody can say when it began.
    const isHidden = (messageId: MessageId, fromSeq: number) => (open.of(messageId)?.seq ?? 0) < fromSeq
    const payload = { roomId, deltas: shown }
    sendAround(this.deps, roomId, (fromSeq) => shown.some(({ messageId }) => isHidden(messageId, fromSeq)), {
      toChannel: () =>
        broadcaster.broadcast(roomChannel(2, roomId), 'message-delta', payload, { volatile: true }),
      toDevice: ({ protocol, connection }, fromSeq) => {
        const own = shown.filter(({ messageId }) => !isHidden(messageId, fromSeq))
        if (protocol === 2 && own.length > 0) connection.emit('message-delta', { roomId, deltas: own })
      },
    })
    meter.deliveries('message-delta', count)
  }

  async #look(): Promise<void> {
    if (this.#isBusy) return
    this.#isBusy = true
    try {
      if (this.#looks++ % READ_EVERY === 0) await this.#readKept()
      await this.#readEphemeral()
      await this.#interruptSilent()
    } catch (error) {
      this.deps.log.warn({ err: error }, 'growing messages could not be checked')
    } finally {
      this.#isBusy = false
    }
  }

  async #interruptSilent(): Promise<void> {
    const { open, clock } = this.deps
    const silent: OpenStream[] = []
    for (const stream of open.silent(clock.now())) {
      if (silent.length === MOST_AT_ONCE) break
      silent.push(stream)
    }
    await Promise.all(silent.map((stream) => this.#interrupt(stream)))
  }

  async #interrupt(stream: OpenStream): Promise<void> {
    const { pipeline, open, clock, log } = this.deps
    const { messageId, roomId, run, length } = stream
    const now = clock.now()
    const actor = SERVER_ACTOR
    const outcome = await pipeline.submit(roomId, {
      ...{ kind: 'interrupt-stream', actor, at: now, messageId, run, length },
    })
    if (outcome.ok && outcome.kind === 'message') open.noteRow(outcome.message, clock.now())
    // The room, or the message, is gone.
    else if (!outcome.ok && outcome.code.endsWith('NOT_FOUND')) open.forget(messageId)
    if (!outcome.ok) log.debug({ roomId, code: outcome.code }, 'a growing message could not be interrupted')
    open.postpone(stream, clock.now())
    // Of several nodes the one that was first: to the others it is a duplicate.
    noteEnded(this.deps, outcome)
  }

  async #readKept(): Promise<void> {
    const { store } = this.deps
    let after: { roomId: RoomId; seq: number } | undefined
    for (let isMore = true; isMore && !this.#stopped; ) {
      const query = { limit: READ_PAGE, ...(after && { after }) }
      const rows = await store.read((reader) => reader.growing(query))
      this.#note(rows)
      const last = rows.at(-1)
      isMore = last !== undefined && rows.length === READ_PAGE
      after = last
    }
  }

  /** Each room once, when it is first in use here: after that its batches are received. */
  async #readEphemeral(): Promise<void> {
    const { store, openRooms } = this.deps
    const inUse = new Set([...openRooms()].filter(isEphemeralId))
    for (const roomId of this.#seenRooms) if (!inUse.has(roomId)) this.#seenRooms.delete(roomId)
    for (const roomId of inUse) {
      if (this.#seenRooms.has(roomId) || this.#stopped) continue
      const query = { roomId, includeDeleted: false, take: 'newest', limit: EPHEMERAL_ROWS } as const
      this.#note(await store.read((reader) => reader.messages(query)))
      this.#seenRooms.add(roomId)
    }
  }

  #note(
    rows: readonly Pick<Message, 'id' | 'roomId' | 'senderId' | 'seq' | 'content' | 'deleted' | 'stream'>[],
  ): void {
    const { open, clock } = this.deps
    for (const row of rows) if (row.stream && !open.of(row.id)) open.noteRow(row, clock.now())
  }
}
