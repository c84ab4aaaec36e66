import {
  cleanName,
  LIMITS,
  type Member,
  type Message,
  type Room,
  type RoomId,
  SYSTEM_SENDER,
} from '@roomful/protocol'
import { avatarUrlOf } from '../auth/avatar-url'
import { type Facts, type Need, type Plan, pairKey, type StoredMessage } from '../core/ops'
import { profileOf } from '../core/profile'
import { toWire } from '../core/stored-message'
import { isEphemeralId } from '../ephemeral/room-id'
import { dmKeyOf } from '../handlers/dm-key'
import type { Store } from '../stores/port'
import type { ExportedRow } from './exported-row'

/** The result of one import: how many messages it added, and how many existed already. */
export type Imported = { readonly roomId: RoomId; readonly added: number; readonly present: number }

/** Rows of one transaction. */
const BATCH = 500
const OWNED = 'the first line of an export is its room'

/**
 * Imports an exported room: ids, senders, times, edits, reactions and tombstones are kept. Existing rows stay as they
 * are, so a repeated or resumed import adds nothing twice. If the room is new and the export begins with its first
 * message, the numbers are kept; otherwise the next ones are used, in the same order (I1, I2).
 */
export async function importRoom(
  store: Store,
  rows: AsyncIterable<ExportedRow>,
  onProgress: (messages: number) => void = () => {},
): Promise<Imported> {
  let room: Room | undefined
  let isMade = false
  let first: Message | undefined
  let [added, present] = [0, 0]
  const members: Member[] = []
  let batch: Message[] = []
  const flush = async (): Promise<void> => {
    if (!room) throw new Error(OWNED)
    first ??= batch[0]
    // A new room begins at 1, whatever came before the first message of the export.
    if (!isMade) await makeRoom(store, room, members, first ? first.seq - 1 : room.lastSeq)
    isMade = true
    if (batch.length === 0) return
    const wanted = batch
    batch = []
    const fresh = await append(store, room.id, wanted)
    added += fresh
    present += wanted.length - fresh
    onProgress(added + present)
  }
  for await (const row of rows) {
    switch (row.kind) {
      case 'room':
        if (room) throw new Error('an export holds one room')
        if (isEphemeralId(row.room.id))
          throw new Error('an ephemeral room is not kept, and cannot be imported')
        room = row.room
        break
      case 'member':
        members.push(row.member)
        break
      case 'message':
        if (row.message.roomId !== room?.id) throw new Error(room ? 'a message of another room' : OWNED)
        batch.push(row.message)
        if (batch.length === BATCH) await flush()
    }
  }
  await flush()
  if (!room) throw new Error(OWNED)
  const shift = first ? await movedBy(store, first) : 0
  for (const { userId, lastReadSeq } of members)
    await store.markRead(room.id, userId, Math.max(0, lastReadSeq - shift))
  return { roomId: room.id, added, present }
}

/** How far the numbers of the export lie above those that its messages have here. */
async function movedBy(store: Store, { roomId, id, seq }: Message): Promise<number> {
  const here = await store.read((reader) => reader.seqOfMessage(roomId, id))
  return here === undefined ? 0 : seq - here
}

/** As in a new room: the members take the first revs, the messages follow. */
async function makeRoom(store: Store, room: Room, members: readonly Member[], shift: number): Promise<void> {
  // Another server may have accepted names and pictures that this one does not.
  const rows = members.map(({ name, avatarUrl = '', ...member }, index): Member => {
    const clean = cleanName(name, LIMITS.userNameLength) || member.userId
    const profile = profileOf({ name: clean, avatarUrl: avatarUrlOf(avatarUrl) })
    const fromSeq = Math.max(1, member.fromSeq - shift)
    return { ...member, ...profile, fromSeq, lastReadSeq: 0, rev: index + 1 }
  })
  for (const { userId, ...row } of rows) {
    const known = await store.read((reader) => reader.user(userId))
    if (!known) await store.putUser({ id: userId, ...profileOf(row) })
  }
  const dmKey = await dmKeyOf(members.map(({ userId }) => userId))
  const made = await store.createRoom({
    room: {
      ...room,
      name: cleanName(room.name, LIMITS.roomNameLength) || room.id,
      rev: rows.length,
      lastSeq: 0,
    },
    members: rows,
    ...(room.type === 'dm' ? { dmKey } : {}),
  })
  if (made.room.id !== room.id)
    throw new Error(`these people have a direct-message room already: ${made.room.id}`)
}

/** Returns how many of them are new. */
async function append(store: Store, roomId: RoomId, messages: readonly Message[]): Promise<number> {
  let fresh = 0
  await store.commit(roomId, needOf(messages), (facts) => {
    const plan = planFor(facts, messages)
    fresh = plan.messages.length
    return plan
  })
  return fresh
}

function needOf(messages: readonly Message[]): Need {
  const clientIds = messages.flatMap(({ senderId, clientId }) =>
    clientId === undefined ? [] : [{ userId: senderId, clientId }],
  )
  const messageIds = messages.map(({ id }) => id)
  return { userIds: [], messageIds, clientIds, opIds: [], owners: false, pins: true, lastSendOf: [] }
}

function planFor(facts: Facts, messages: readonly Message[]): Plan {
  if (!facts.room) throw new Error('the room is not there')
  const seen = new Set<string>(facts.messages.keys())
  const isThere = ({ id, senderId, clientId }: Message): boolean => {
    const isKnown =
      seen.has(id) || (clientId !== undefined && facts.byClientId.has(pairKey(senderId, clientId)))
    seen.add(id)
    return isKnown
  }
  const { lastSeq, rev } = facts.room
  const fresh = messages
    .filter((message) => !isThere(message))
    .map((message, index) => toStored(message, { seq: lastSeq + index + 1, rev: rev + index + 1 }))
    .map(pinnedUpTo(LIMITS.pins - facts.pins))
  return {
    outcomes: [],
    head: { lastSeq: lastSeq + fresh.length, rev: rev + fresh.length },
    messages: fresh,
    changes: fresh.map((message) => ({ rev: message.rev, kind: 'message', message: toWire(message) })),
    ...{ members: [], room: undefined, opIds: [], audit: [] },
  }
}

/** A room that was there may have pins already: so many more it takes, the first that come. */
function pinnedUpTo(most: number): (message: StoredMessage) => StoredMessage {
  let left = most
  return (message) => {
    if (message.pinned === undefined || left-- > 0) return message
    const { pinned: _, ...rest } = message
    return rest
  }
}

function toStored(message: Message, place: { seq: number; rev: number }): StoredMessage {
  const reactions = message.reactions.map(({ emoji, users }) => ({ emoji, users }))
  // The app's backend has no name.
  const nameless = message.senderId === SYSTEM_SENDER ? '' : message.senderId
  const senderName = cleanName(message.senderName, LIMITS.userNameLength) || nameless
  return { ...message, ...place, senderName, reactions }
}
