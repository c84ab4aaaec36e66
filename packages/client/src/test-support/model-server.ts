import type {
  Ack,
  Change,
  ClientEvent,
  Delta,
  ErrorAck,
  FetchHistoryAck,
  ListPage,
  MessageDraft,
  MessageId,
  OkAck,
  Payload,
  RoomCursor,
  RoomId,
  WireErrorCode,
} from '@roomful/protocol'
import { asRoomId, asUserId, pinOf, pinsInOrder, retryOf } from '@roomful/protocol/plain'
import {
  addMember,
  addMessage,
  deleteMessage,
  editMessage,
  listItemOf,
  type ModelRoom,
  messageAt,
  modelRoom,
  pinMessage,
  reactTo,
  removeMember,
  renameRoom,
  unreadIn,
} from './model-room'

export const refusal = (code: WireErrorCode, more: Partial<ErrorAck> = {}): ErrorAck => ({
  ok: false,
  error: code,
  code,
  retry: retryOf(code),
  ...more,
})

/** Limits of the model, small so that tests reach them. */
type ModelLimits = { tail: number; tailLimited: number; patch: number }

type Requests = { [E in ClientEvent]?: (userId: string, payload: Payload<E>) => Ack<E> }

/** A server that follows the protocol's rules in memory, without any time or network. Its commits go to `onChange`. */
export class ModelServer {
  epoch = 'epoch-1'
  limits: ModelLimits = { tail: 200, tailLimited: 50, patch: 500 }
  /** Rooms in a page of the list; 0: it knows no pages. */
  listPage = 500
  readonly rooms = new Map<string, ModelRoom>()
  /** Rooms that the list leaves out, because they cannot be read now. */
  readonly unreadable = new Set<string>()
  /** What a reader that lags behind still sees; null: it is up to date. */
  lagging: ReadonlyMap<string, ModelRoom> | null = null
  /** Who is not offline. */
  readonly present = new Map<string, 'online' | 'away'>()
  onChange: (roomId: string, changes: readonly Change[], author: string) => void = () => {}
  /** Refuses what it answers something for. */
  refuse: (userId: string, event: ClientEvent, content?: string) => ErrorAck | undefined = () => undefined

  room(id: string): ModelRoom {
    const room = this.rooms.get(id)
    if (room === undefined) throw new Error(`there is no room ${id}`)
    return room
  }

  /** As the reader sees it that answers syncs and pages. */
  #read(id: string): ModelRoom {
    return this.lagging?.get(id) ?? this.room(id)
  }

  addRoom(id: string, userIds: readonly string[]): ModelRoom {
    const room = modelRoom(id, userIds)
    this.rooms.set(id, room)
    return room
  }

  sendAs(roomId: string, userId: string, content: string): Change {
    return this.#announced(roomId, userId, addMessage(this.room(roomId), userId, { content }))
  }
  edit(roomId: string, userId: string, seq: number, content: string): Change {
    return this.#announced(roomId, userId, editMessage(this.room(roomId), seq, content))
  }
  remove(roomId: string, userId: string, seq: number): Change {
    return this.#announced(roomId, userId, deleteMessage(this.room(roomId), seq, userId))
  }
  react(roomId: string, userId: string, seq: number, emoji: string, op: 'add' | 'remove'): Change {
    return this.#announced(roomId, userId, reactTo(this.room(roomId), seq, userId, emoji, op))
  }
  pin(roomId: string, userId: string, seq: number, op: 'add' | 'remove'): Change {
    return this.#announced(roomId, userId, pinMessage(this.room(roomId), seq, userId, op))
  }
  kick(roomId: string, userId: string): Change {
    return this.#announced(roomId, '', removeMember(this.room(roomId), userId))
  }
  invite(roomId: string, userId: string): Change {
    return this.#announced(roomId, '', addMember(this.room(roomId), userId))
  }
  rename(roomId: string, name: string): Change {
    return this.#announced(roomId, '', renameRoom(this.room(roomId), name))
  }

  #announced(roomId: string, author: string, change: Change | null): Change {
    if (change === null) throw new Error('nothing changed')
    this.onChange(roomId, [change], author)
    return change
  }

  /** What the server answers; what it commits for it is broadcast before. */
  answer<E extends ClientEvent>(userId: string, event: E, payload: Payload<E>): Ack<E> {
    const refused = this.refuse(userId, event)
    if (refused) return refused
    const handler = this.#requests[event]
    if (handler === undefined) return refusal('UNKNOWN_EVENT')
    return JSON.parse(JSON.stringify(handler(userId, payload)))
  }

  readonly #requests: Requests = {
    'join-rooms': (userId, { roomIds = [] }) => ({
      ok: true,
      heads: Object.fromEntries(
        roomIds
          .filter((id) => this.#isIn(userId, id))
          .map((id) => {
            const { rev, lastSeq } = this.room(id).room
            return [id, { rev, lastSeq }]
          }),
      ),
    }),
    'leave-rooms': () => ({ ok: true }),
    // Its name is its id; one that is there already was made by this request.
    'create-room': (userId, { name }) => ({
      ok: true,
      room: (this.rooms.get(name) ?? this.addRoom(name, [userId])).room,
    }),
    sync: (userId, { epoch, rooms, list }) => this.#sync(userId, epoch, rooms, list),
    'fetch-history': (userId, query) =>
      this.#isIn(userId, query.roomId)
        ? history(this.#read(query.roomId), query, userId)
        : refusal('ROOM_NOT_FOUND'),
    'send-message': (userId, { roomId, ...draft }) =>
      this.#sendAll(userId, roomId, [draft])[0] ?? refusal('INTERNAL'),
    'send-messages': (userId, { roomId, messages }) => ({
      ok: true,
      results: this.#sendAll(userId, roomId, messages),
    }),
    'edit-message': (userId, { messageId, content, opId }) =>
      this.#change(userId, messageId, opId, (room, seq) => editMessage(room, seq, content)),
    'delete-message': (userId, { messageId, opId }) =>
      this.#change(userId, messageId, opId, (room, seq) => deleteMessage(room, seq)),
    'react-message': (userId, { messageId, emoji, op, opId }) =>
      this.#change(userId, messageId, opId, (room, seq) => reactTo(room, seq, userId, emoji, op)),
    'pin-message': (userId, { messageId, op, opId }) =>
      this.#change(userId, messageId, opId, (room, seq) => pinMessage(room, seq, userId, op)),
    'add-member': (userId, { roomId }) => {
      const { members } = this.room(roomId)
      const held = members.get(userId)
      if (held === undefined) return refusal('ROOM_NOT_FOUND')
      const { removed: _, ...member } = held
      members.set(userId, member)
      return { ok: true, member }
    },
    'watch-presence': (_userId, { userIds }) => ({
      ok: true,
      presence: userIds.map((id) => ({
        userId: id,
        status: this.present.get(id) ?? 'offline',
        lastSeenAt: null,
      })),
    }),
    'mark-read': (userId, { roomId, seq }) => {
      const room = this.room(roomId)
      const to = Math.max(room.reads.get(userId) ?? 0, Math.min(seq, room.room.lastSeq))
      room.reads.set(userId, to)
      return { ok: true, seq: to, unread: unreadIn(room, userId) }
    },
  }

  #isIn(userId: string, roomId: string): boolean {
    const member = this.rooms.get(roomId)?.members.get(userId)
    return member !== undefined && member.removed === undefined
  }

  #sendAll(
    userId: string,
    roomId: string,
    drafts: readonly (Omit<MessageDraft, 'clientId'> & { clientId?: MessageDraft['clientId'] })[],
  ): (OkAck<'send-message'> | ErrorAck)[] {
    const changes: Change[] = []
    let stopped = false
    const results = drafts.map((draft): OkAck<'send-message'> | ErrorAck => {
      if (stopped) return refusal('NOT_ATTEMPTED')
      const refused = this.#isIn(userId, roomId)
        ? this.refuse(userId, 'send-message', draft.content)
        : refusal('ROOM_NOT_FOUND')
      const room = this.rooms.get(roomId)
      if (refused || room === undefined) {
        stopped = refused?.retry === 'after'
        return refused ?? refusal('ROOM_NOT_FOUND')
      }
      const first = room.messages.find((row) => row.senderId === userId && row.clientId === draft.clientId)
      if (first) return { ok: true, message: first, duplicate: true }
      if (draft.replyTo && !room.messages.some((row) => row.id === draft.replyTo))
        return refusal('MESSAGE_NOT_FOUND')
      const change = addMessage(room, userId, draft)
      changes.push(change)
      return { ok: true, message: change.message }
    })
    if (changes.length > 0) this.onChange(roomId, changes, userId)
    return results
  }

  #change(
    userId: string,
    messageId: MessageId,
    opId: string | undefined,
    make: (room: ModelRoom, seq: number) => Change | null,
  ): OkAck<'edit-message'> | ErrorAck {
    for (const [roomId, room] of this.rooms) {
      const row = room.messages.find((held) => held.id === messageId)
      if (row === undefined) continue
      if (opId === undefined || !room.done.has(opId)) {
        const change = make(room, row.seq)
        if (opId !== undefined) room.done.set(opId, messageId)
        if (change) this.onChange(roomId, [change], userId)
      }
      return { ok: true, message: viewedBy(messageAt(room, row.seq), userId) }
    }
    return refusal('MESSAGE_NOT_FOUND')
  }

  #sync(
    userId: string,
    epoch: string | undefined,
    cursors: Record<string, RoomCursor>,
    list: Payload<'sync'>['list'],
  ): OkAck<'sync'> {
    const rooms: Record<string, Delta> = {}
    const removed: RoomId[] = []
    for (const [id, cursor] of Object.entries(cursors)) {
      if (!this.#isIn(userId, id)) removed.push(asRoomId(id))
      else
        rooms[id] = deltaOf(
          this.#read(id),
          userId,
          cursor,
          this.limits,
          epoch !== undefined && epoch !== this.epoch,
        )
    }
    return { ok: true, epoch: this.epoch, rooms, removed, ...(list && this.#list(userId, list)) }
  }

  #list(userId: string, list: true | ListPage): Pick<OkAck<'sync'>, 'list' | 'listNext' | 'listPartial'> {
    const { limit = this.listPage, after = '' } = list === true ? { limit: Number.POSITIVE_INFINITY } : list
    const isListed = (id: string): boolean => id > after && this.#isIn(userId, id) && !this.unreadable.has(id)
    const ids = [...this.rooms.keys()].filter(isListed).sort()
    const last = ids.length > limit ? ids[limit - 1] : undefined
    const items = ids.slice(0, limit).map((id) => listItemOf(this.room(id), userId))
    return {
      list: items,
      ...(last === undefined ? {} : { listNext: asRoomId(last) }),
      ...(this.unreadable.size === 0 ? {} : { listPartial: true }),
    }
  }
}

const viewedBy = <M extends { reactions: readonly { users: readonly string[] }[] }>(
  row: M,
  userId: string,
): M => ({
  ...row,
  reactions: row.reactions.map((reaction) => ({ ...reaction, mine: reaction.users.includes(userId) })),
})

function deltaOf(
  room: ModelRoom,
  userId: string,
  cursor: RoomCursor,
  limits: ModelLimits,
  otherEpoch = false,
): Delta {
  const { rev, lastSeq } = room.room
  const member = room.members.get(userId)
  const floorSeq = member?.fromSeq ?? 1
  const reset = otherEpoch || cursor.rev > rev || (cursor.rev > 0 && (member?.rev ?? 0) > cursor.rev)
  const from = reset ? 0 : cursor.rev
  const held = reset ? 0 : cursor.maxSeq
  const past = room.messages.filter((row) => row.seq > held && row.seq >= floorSeq)
  const limited = past.length > limits.tail || (held === 0 && past.length > limits.tailLimited)
  const tail = limited ? past.slice(-limits.tailLimited) : past
  const changed = room.messages
    .filter((row) => row.seq >= cursor.minSeq && row.seq <= held && row.rev > from)
    .sort((a, b) => a.rev - b.rev)
  const after = Number(cursor.cont ?? 0)
  const patch = changed.filter((row) => row.rev > after).slice(0, limits.patch)
  const more = changed.filter((row) => row.rev > after).length > patch.length
  return {
    rev,
    lastSeq,
    patch: patch.map((row) => viewedBy(row, userId)),
    tail: tail.map((row) => viewedBy(row, userId)),
    tailFrom: limited ? lastSeq - tail.length + 1 : Math.max(held + 1, floorSeq),
    limited,
    ...(more ? { cont: String(patch.at(-1)?.rev ?? 0) } : {}),
    ...(reset ? { reset } : {}),
    lastReadSeq: room.reads.get(userId) ?? 0,
    floorSeq,
    unread: unreadIn(room, userId),
    reads: Object.fromEntries([...room.reads].filter(([id]) => id !== userId)),
    members: [...room.members.values()].filter((held) =>
      from === 0 || cursor.members ? held.removed === undefined : held.rev > from,
    ),
    ...(rev > from ? { room: room.room } : {}),
    pins: pinsInOrder(room.messages.flatMap((row) => (row.seq < floorSeq ? [] : (pinOf(row) ?? [])))),
  }
}

function history(
  room: ModelRoom,
  asked: Payload<'fetch-history'>,
  userId: string,
): FetchHistoryAck | ErrorAck {
  const { aroundId, aroundTime = '' } = asked
  const found =
    aroundId || aroundTime
      ? room.messages.find((row) => (aroundId ? row.id === aroundId : row.createdAt >= aroundTime))
      : undefined
  if (aroundId && !found) return refusal('MESSAGE_NOT_FOUND')
  const around = aroundTime && !found ? room.room.lastSeq : found?.seq
  const query = around === undefined ? asked : { ...asked, aroundSeq: around }
  const limit = query.limit ?? 50
  const { rev, lastSeq } = room.room
  const floorSeq = room.members.get(userId)?.fromSeq ?? 1
  const visible = room.messages.filter((row) => row.seq >= floorSeq)
  const rows =
    query.afterSeq !== undefined
      ? visible.filter((row) => row.seq > (query.afterSeq ?? 0)).slice(0, limit)
      : query.aroundSeq !== undefined
        ? visible.filter((row) => Math.abs(row.seq - (query.aroundSeq ?? 0)) <= limit / 2)
        : visible.filter((row) => row.seq < (query.beforeSeq ?? Number.POSITIVE_INFINITY)).slice(-limit)
  const fromSeq = rows[0]?.seq ?? lastSeq + 1
  return {
    ok: true,
    messages: rows.map((row) => viewedBy(row, userId)),
    rev,
    fromSeq,
    toSeq: rows.at(-1)?.seq ?? fromSeq - 1,
    lastSeq,
    floorSeq,
    ...(around === undefined ? {} : { aroundSeq: around }),
  }
}

export const userOf = (id: string) => ({ id: asUserId(id), name: id })
