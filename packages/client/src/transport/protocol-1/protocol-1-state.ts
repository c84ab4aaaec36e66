import type { Change, RoomListItem, ServerMessage, User } from '@roomful/protocol'
import { asClientId, asRoomId, asUserId } from '@roomful/protocol/plain'
import { randomId } from '../../platform/nanoid-ids'
import type { TransportEvent } from '../port'
import { Protocol1Room } from './protocol-1-room'
import { isRecord, type Protocol1Row, readProtocol1Row } from './protocol-1-rows'

type Emit = (event: TransportEvent) => void

/** What is known of a server of protocol 1, over all connections to it; its events become those that protocol 2 would send. */
export class Protocol1State {
  readonly rooms = new Map<string, Protocol1Room>()
  /** Rooms that the server added this user to; null: it has not sent them. */
  listed: readonly string[] | null = null
  me: User | null = null
  /** The numbers are this object's own, so no other may continue them; nor those of one user another's. */
  epoch = seed()
  /** Whom the last token named. */
  private subject: string | null = null
  /** Sends whose row was not seen yet, by clientId: they identify the user's own rows, and so the user. */
  private readonly sends = new Map<string, { roomId: string; content: string }>()

  constructor(private readonly emit: Emit) {}

  room(id: string): Protocol1Room {
    const room = this.rooms.get(id) ?? new Protocol1Room(id)
    this.rooms.set(id, room)
    return room
  }

  /** A new connection: what was missed on it has to be read again. */
  begin(token: string): void {
    const user = userOfToken(token)
    if (user) {
      if (this.subject !== null && this.subject !== user.id) this.forget()
      this.subject = user.id
    }
    this.me ??= user
    for (const room of this.rooms.values()) room.isFresh = false
  }

  /** Nothing that is known of one user is another's. */
  private forget(): void {
    this.epoch = seed()
    this.me = null
    this.listed = null
    this.rooms.clear()
    this.sends.clear()
  }

  take(event: string, payload: unknown): void {
    if (event === 'new-message') {
      const row = readProtocol1Row(payload)
      if (row) this.added(row)
    } else if (event === 'rooms-joined' && Array.isArray(payload)) {
      this.listed = payload.map(String)
    } else if (isRecord(payload)) {
      this.takeRecord(event, payload)
    }
  }

  private takeRecord(event: string, payload: Record<string, unknown>): void {
    const { messageId, content, roomId, userId, seq } = payload
    if (event === 'message-edited') this.edited(String(messageId), String(content))
    if (event === 'message-deleted') this.removed(String(messageId))
    if (event === 'read-receipt' && typeof seq === 'number')
      this.deliver('read-receipts', { roomId: asRoomId(String(roomId)), reads: { [String(userId)]: seq } })
    if (event === 'unread-counts')
      for (const [id, count] of Object.entries(payload))
        if (typeof count === 'number') this.room(id).unread = count
  }

  /** A message from any source; the first time it becomes a change. */
  added(row: Protocol1Row): void {
    const own = this.recognise(row)
    const room = this.room(row.roomId)
    const change = room.add(own)
    if (change === null) return
    if (own.senderId === this.me?.id) room.unread = Math.max(0, room.unread - 1)
    this.changed(room, change)
  }

  edited(messageId: string, content: string): void {
    for (const room of this.rooms.values())
      this.changed(room, room.edit(messageId, content, new Date().toISOString()))
  }

  removed(messageId: string): void {
    for (const room of this.rooms.values()) this.changed(room, room.remove(messageId))
  }

  private changed({ rev, lastSeq, lastReadSeq, unread }: Protocol1Room, change: Change | null): void {
    if (change?.kind !== 'message') return
    const { roomId, seq, senderId, senderName, type, content, createdAt, deleted } = change.message
    this.deliver('changes', { roomId, changes: [change] })
    const preview = { seq, senderId, senderName, type, content, createdAt, deleted }
    if (seq !== lastSeq) return
    const activity = { roomId, rev, lastSeq, lastReadSeq: lastReadSeq ?? 0, unread, preview }
    this.deliver('room-activity', { rooms: [activity] })
  }

  private deliver<E extends ServerMessage['event']>(
    event: E,
    payload: Extract<ServerMessage, { event: E }>['payload'],
  ): void {
    this.emit({ type: 'message', message: { event, payload } as ServerMessage })
  }

  sending(clientId: string, roomId: string, content: string): void {
    this.sends.set(clientId, { roomId, content })
  }

  /** It never gets a row: another's with the same text is not its own. */
  refused(clientId: string): void {
    this.sends.delete(clientId)
  }

  /**
   * Decides whether a row is the user's own: by its clientId, or, from a server that does not keep that, as the first
   * unseen row with the same text. The first of them also identifies the user.
   */
  recognise(row: Protocol1Row): Protocol1Row {
    const found = row.clientId === undefined ? this.sendLike(row) : row.clientId
    if (found === undefined || !this.sends.delete(found)) return row
    this.iAm({ id: row.senderId, name: row.senderName })
    return { ...row, clientId: asClientId(found) }
  }

  private sendLike(row: Protocol1Row): string | undefined {
    if ((this.me && row.senderId !== this.me.id) || this.room(row.roomId).rows.has(row.seq)) return undefined
    for (const [clientId, { roomId, content }] of this.sends)
      if (roomId === row.roomId && content === row.content) return clientId
    return undefined
  }

  iAm(user: User): void {
    if (this.me !== null) return
    this.me = user
    this.emit({ type: 'identified', user })
  }

  list(): RoomListItem[] {
    return (this.listed ?? []).map((id): RoomListItem => {
      const { lastSeq, rev, unread, lastReadSeq, rows } = this.room(id)
      const last = rows.get(lastSeq)
      return {
        room: {
          id: asRoomId(id),
          name: id,
          type: 'public',
          createdBy: null,
          createdAt: '1970-01-01T00:00:00.000Z',
          metadata: {},
          settings: {},
          rev,
          lastSeq,
        },
        role: 'member',
        lastReadSeq: lastReadSeq ?? 0,
        fromSeq: 1,
        unread,
        preview: last ?? null,
      }
    })
  }
}

const seed = (): string => `seed-${randomId()}`

/** The user of the token, if it is a JWT. A server of protocol 1 does not send it. */
function userOfToken(token: string): User | null {
  try {
    const body: unknown = JSON.parse(atob((token.split('.')[1] ?? '').replace(/-/g, '+').replace(/_/g, '/')))
    if (!isRecord(body) || typeof body.sub !== 'string') return null
    return { id: asUserId(body.sub), name: typeof body.name === 'string' ? body.name : body.sub }
  } catch {
    // Any other kind of token is fine: then the first own message identifies the user.
    return null
  }
}
