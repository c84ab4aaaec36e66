import { LIMITS, PresenceStatus, RoomId, StreamPiece, UserId } from '@roomful/protocol'
import * as v from 'valibot'
import type { BusMessage } from './bus'

/** A longer text is not parsed: a full batch of the longest messages is shorter. */
export const TEXT_MAX = 8_000_000
/** Changes of one commit: more than a batch can make, whose ops make a few each. */
const CHANGES_MAX = 2_000
/** A room has fewer streams; one that is written anew has two pieces. */
const DELTAS_MAX = 1_000
const USERS_MAX = 100_000

const Name = v.pipe(v.string(), v.maxLength(1_000))
const LineId = v.pipe(v.string(), v.maxLength(100))
const Natural = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const Time = v.pipe(v.string(), v.isoTimestamp())
const Head = v.object({ rev: Natural, lastSeq: Natural })

// The fields that this node uses; the rest is for its devices, which validate it themselves.
const Message = v.looseObject({
  id: v.string(),
  roomId: RoomId,
  seq: Natural,
  rev: Natural,
  senderId: UserId,
  content: v.string(),
  deleted: v.boolean(),
  editedAt: v.nullable(Time),
  reactions: v.array(v.unknown()),
})
const Member = v.looseObject({
  roomId: RoomId,
  userId: UserId,
  rev: Natural,
  lastReadSeq: Natural,
  fromSeq: Natural,
  removed: v.exactOptional(v.picklist(['left', 'kicked', 'banned'])),
})
const Room = v.looseObject({ id: RoomId, rev: Natural, lastSeq: Natural })
const Change = v.variant('kind', [
  v.looseObject({ kind: v.literal('message'), rev: Natural, message: Message }),
  v.looseObject({
    kind: v.literal('member'),
    rev: Natural,
    member: Member,
    memberCount: v.exactOptional(Natural),
  }),
  v.looseObject({ kind: v.literal('room'), rev: Natural, room: Room }),
  v.looseObject({
    kind: v.literal('skip'),
    rev: Natural,
    count: v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(CHANGES_MAX)),
  }),
])

const Batch = v.pipe(
  v.object({
    roomId: RoomId,
    previous: Head,
    head: Head,
    changes: v.pipe(v.array(Change), v.maxLength(CHANGES_MAX)),
  }),
  v.check(({ previous, head, changes }) => {
    // In order and all of this commit: a hole of a million revs would be filled one by one.
    let rev = previous.rev
    for (const change of changes) {
      if (change.rev <= rev) return false
      rev = change.kind === 'skip' ? change.rev + change.count - 1 : change.rev
    }
    return rev <= head.rev && head.rev - previous.rev <= CHANGES_MAX && head.lastSeq >= previous.lastSeq
  }, 'the revs are not those of one commit'),
)

const Presence = { nodeId: LineId, at: v.pipe(v.number(), v.finite()) }
const OneMember = { userId: UserId, roomId: RoomId }
const Picture = v.exactOptional(v.pipe(v.string(), v.maxLength(LIMITS.avatarUrlLength)))
const User = v.looseObject({ id: UserId, name: Name, avatarUrl: Picture })

/** Messages of the bus itself are never sent. */
type Sent = Exclude<BusMessage['type'], 'node-here' | 'node-gone' | 'bus-up'>

/** Shapes of all sent messages: a type without a shape does not compile. New fields pass. */
const SHAPES: { readonly [T in Sent]: v.GenericSchema } & Readonly<Record<string, v.GenericSchema>> = {
  batch: v.looseObject({ type: v.literal('batch'), batch: Batch }),
  created: v.looseObject({
    type: v.literal('created'),
    roomId: RoomId,
    userIds: v.pipe(v.array(UserId), v.maxLength(CHANGES_MAX)),
    by: v.exactOptional(UserId),
  }),
  read: v.looseObject({
    type: v.literal('read'),
    roomId: RoomId,
    userId: UserId,
    seq: Natural,
    lineId: LineId,
  }),
  delta: v.looseObject({
    type: v.literal('delta'),
    roomId: RoomId,
    deltas: v.pipe(v.array(StreamPiece), v.maxLength(DELTAS_MAX)),
  }),
  typing: v.looseObject({
    type: v.literal('typing'),
    signal: v.looseObject({ roomId: RoomId, userId: UserId, name: Name, avatarUrl: Picture, until: Time }),
    lineId: LineId,
  }),
  presence: v.looseObject({
    type: v.literal('presence'),
    userId: UserId,
    status: PresenceStatus,
    last: v.exactOptional(v.literal(true)),
    ...Presence,
  }),
  presences: v.looseObject({
    type: v.literal('presences'),
    users: v.pipe(v.array(v.tuple([UserId, PresenceStatus])), v.maxLength(USERS_MAX)),
    ...Presence,
  }),
  renamed: v.looseObject({ type: v.literal('renamed'), user: User }),
  revoked: v.looseObject({
    type: v.literal('revoked'),
    sid: v.pipe(v.string(), v.minLength(1), v.maxLength(1_000)),
  }),
  deleted: v.looseObject({ type: v.literal('deleted'), roomId: RoomId }),
  'sessions-ended': v.looseObject({
    type: v.literal('sessions-ended'),
    userId: UserId,
    atMs: v.pipe(v.number(), v.finite()),
  }),
  invited: v.looseObject({ type: v.literal('invited'), ...OneMember }),
  uninvited: v.looseObject({ type: v.literal('uninvited'), ...OneMember }),
  hidden: v.looseObject({ type: v.literal('hidden'), ...OneMember, hiddenSeq: v.nullable(Natural) }),
}

/**
 * Validates a message of another node by its shape and by how much work it makes. A process with access to the bus can
 * still send false messages, so the bus must be private. `unknown`: from a newer version.
 */
export function decodeMessage(value: { readonly type: string }): BusMessage | 'unknown' | undefined {
  const shape = Object.hasOwn(SHAPES, value.type) ? SHAPES[value.type] : undefined
  if (!shape) return 'unknown'
  const { success, output } = v.safeParse(shape, value, { abortEarly: true })
  // Rows are validated as far as this node uses them.
  return success ? (output as BusMessage) : undefined
}
