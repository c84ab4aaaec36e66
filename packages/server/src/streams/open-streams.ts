import {
  isGrowing,
  LIMITS,
  type Message,
  type MessageId,
  type RoomId,
  STREAM_LEASE_MS,
  type UserId,
} from '@roomful/protocol'
import { runOf } from '../core/growing'

/** What a node knows of one growing message. `length`: of the text, in UTF-16 code units, with the deltas. */
export type OpenStream = {
  readonly messageId: MessageId
  readonly roomId: RoomId
  readonly senderId: UserId
  readonly seq: number
  readonly run: number
  readonly length: number
  /** The sender's own producer goes on; else only its last words are awaited. */
  readonly isClosing: boolean
  /** When something of it was received last, in milliseconds. */
  readonly at: number
  /** The length of what is written. */
  readonly written: number
  /** Since when, in milliseconds, deltas have shown text that is not written. */
  readonly unwrittenSince?: number
}

type Row = Pick<Message, 'id' | 'roomId' | 'senderId' | 'seq' | 'content' | 'deleted' | 'stream'>

/** A node remembers this many; more are found by the next look into the database. */
const MOST = 20_000

/**
 * The messages that grow, as far as this node knows: on any node, since every batch comes by. Time is an input. Bounded,
 * and so are those of one user, and of one room.
 */
export class OpenStreams {
  readonly #open = new Map<MessageId, OpenStream>()
  readonly #byUser = new Map<UserId, number>()
  readonly #byRoom = new Map<RoomId, number>()

  get size(): number {
    return this.#open.size
  }

  of(messageId: MessageId): OpenStream | undefined {
    return this.#open.get(messageId)
  }

  /** May this user begin another one in this room? */
  mayOpen(userId: UserId, roomId: RoomId): { field: string; limit: number } | undefined {
    if ((this.#byUser.get(userId) ?? 0) >= LIMITS.streamsPerUser)
      return { field: 'streamsPerUser', limit: LIMITS.streamsPerUser }
    if ((this.#byRoom.get(roomId) ?? 0) >= LIMITS.streamsPerRoom)
      return { field: 'streamsPerRoom', limit: LIMITS.streamsPerRoom }
    return undefined
  }

  /** A row as it was committed. One of a later run, or longer, shows that its producer is there. */
  noteRow(row: Row, now: number): void {
    const { id: messageId, stream } = row
    const known = this.#open.get(messageId)
    if (row.deleted || !stream || !isGrowing(row)) {
      if (known) this.#forget(known)
      return
    }
    const run = runOf(stream)
    if (known && run < known.run) return
    const isSame = known?.run === run
    const { roomId, senderId, seq, content } = row
    const length = Math.max(isSame ? known.length : 0, content.length)
    const isNews = !isSame || length > known.length
    // A reaction, for one, is a row too.
    const isSameText = isSame && content.length <= known.written
    const since = length === content.length ? undefined : isSameText ? known.unwrittenSince : now
    this.#put({
      ...{ messageId, roomId, senderId, seq, run, length, isClosing: stream.closing === true },
      written: content.length,
      at: isNews ? now : known.at,
      ...(since !== undefined && { unwrittenSince: since }),
    })
  }

  /** A piece that its producer has sent. */
  noteDelta(messageId: MessageId, run: number, end: number, now: number): void {
    const known = this.#open.get(messageId)
    if (known?.run !== run) return
    const isLonger = end > known.length
    const unwrittenSince = known.unwrittenSince ?? (isLonger ? now : undefined)
    this.#put({
      ...known,
      length: Math.max(known.length, end),
      at: now,
      ...(unwrittenSince !== undefined && { unwrittenSince }),
    })
  }

  /** Those of which nothing has come for too long, the longest first. */
  *silent(now: number): Iterable<OpenStream> {
    // Whatever has news goes to the end.
    for (const open of this.#open.values()) {
      if (open.at + STREAM_LEASE_MS > now) return
      yield open
    }
  }

  forget(messageId: MessageId): void {
    const known = this.#open.get(messageId)
    if (known) this.#forget(known)
  }

  /** Look at it again later: what was done about it failed, or others do it. */
  postpone({ messageId }: OpenStream, now: number): void {
    const known = this.#open.get(messageId)
    if (known) this.#put({ ...known, at: now })
  }

  #put(open: OpenStream): void {
    const known = this.#open.get(open.messageId)
    if (!known && this.#open.size >= MOST) return
    if (!known) {
      count(this.#byUser, open.senderId, 1)
      count(this.#byRoom, open.roomId, 1)
    }
    if (known && known.at !== open.at) this.#open.delete(open.messageId)
    this.#open.set(open.messageId, open)
  }

  #forget({ messageId, senderId, roomId }: OpenStream): void {
    this.#open.delete(messageId)
    count(this.#byUser, senderId, -1)
    count(this.#byRoom, roomId, -1)
  }
}

function count<K>(counts: Map<K, number>, key: K, by: number): void {
  const next = (counts.get(key) ?? 0) + by
  if (next > 0) counts.set(key, next)
  else counts.delete(key)
}
