import {
  type Delta,
  LIMITS,
  type Member,
  type Message,
  type Pin,
  pinOf,
  pinsInOrder,
  type Room,
  type RoomCursor,
} from '@roomful/protocol'
import { toWire } from '../core/stored-message'
import type { Reader } from '../stores/port'
import { decodeCont, encodeCont } from './cont'
import { type MembersDelta, membersSince, readsNow } from './delta-members'
import { messageSize, whatFits } from './reply-size'
import { rowsToRead } from './row-steps'

/**
 * Pages of changed rows after which the reader begins anew: 5,000 rows are more than a window holds, and a room that
 * changes faster than the client reads must not keep it paging for ever (I15).
 */
const PATCH_PAGES = 10
/** Rows of a window, or changes of a room, that may be scanned for a page. Above both, the reader begins anew. */
const LOOK_ROWS = 5_000
const LOOK_CHANGES = 50_000

/** One room of one reader, as of the snapshot that is read. */
export type DeltaRequest = {
  readonly room: Room
  /** The reader's own row; the reader is in the room. */
  readonly member: Member
  /** The first seq that the room keeps; lower ones were purged. */
  readonly roomFloor: number
  readonly cursor: RoomCursor
  readonly unread: number
  /** The cursor is from another history, so its numbers mean nothing here. */
  readonly foreignEpoch: boolean
  /** Include the others' read cursors even if nothing else has changed. */
  readonly wantReads: boolean
  /** Approximate size limit of its delta: the rest is left to `cont`, or left out of the tail. */
  readonly bytes: number
}

/** True if nothing has taken a rev since the cursor and the reader holds everything. Then no query is needed. */
export function isUpToDate(request: DeltaRequest): boolean {
  const { room, member, cursor, foreignEpoch } = request
  const held = heldSpan(cursor)
  return (
    !foreignEpoch &&
    cursor.members === undefined &&
    cursor.rev === room.rev &&
    cursor.maxSeq === room.lastSeq &&
    !(held && held.from < firstOwn(member))
  )
}

export async function deltaOf(reader: Reader, request: DeltaRequest): Promise<Delta> {
  if (isUpToDate(request)) {
    const reads = request.wantReads ? await readsNow(reader, request.room, request.member) : {}
    return { ...emptyDelta(request), ...reads }
  }
  return mustReset(request) ? resetDelta(reader, request) : catchUp(reader, request)
}

/** The client cannot catch up from this cursor: its numbers are of another log, or the reader may not see its rows. */
function mustReset({ room, member, cursor, foreignEpoch }: DeltaRequest): boolean {
  const held = heldSpan(cursor)
  return (
    (foreignEpoch && (cursor.rev > 0 || held !== undefined)) ||
    cursor.rev > room.rev ||
    cursor.maxSeq > room.lastSeq ||
    // The reader left and came back: they may no longer see rows below the new floor (I14).
    (held !== undefined && held.from < firstOwn(member)) ||
    (decodeCont(cursor.cont)?.page ?? 0) >= PATCH_PAGES ||
    // Scanning for changes would cost more than sending everything.
    (held !== undefined && spanOf(held) > LOOK_ROWS && room.rev - cursor.rev > LOOK_CHANGES)
  )
}

async function catchUp(reader: Reader, request: DeltaRequest): Promise<Delta> {
  const { room, member, cursor } = request
  const { rows, size, cont } = await patchOf(reader, request)
  // Only the last page has the rest: it alone moves the cursor (I5), and its snapshot is the newest.
  if (cont !== undefined) return { ...emptyDelta(request), patch: rows, cont }
  const membersRev = cursor.members ? 0 : cursor.rev
  const others: MembersDelta =
    room.rev > membersRev
      ? await membersSince(reader, room, member, membersRev)
      : { tooMany: false, ...(request.wantReads ? await readsNow(reader, room, member) : {}) }
  if (others.tooMany) return resetDelta(reader, request)
  return {
    ...emptyDelta(request),
    patch: rows,
    ...(await tailOf(reader, request, cursor.maxSeq + 1, size)),
    ...rowsOf(others),
    pins: await pinsFor(reader, request),
    ...(room.rev > cursor.rev ? { room } : {}),
  }
}

/** Everything from the beginning, for a reader who holds nothing. */
async function resetDelta(reader: Reader, request: DeltaRequest): Promise<Delta> {
  return {
    ...emptyDelta(request),
    ...(await tailOf(reader, request, 1, 0)),
    ...rowsOf(await membersSince(reader, request.room, request.member, 0)),
    pins: await pinsFor(reader, request),
    room: request.room,
    reset: true,
  }
}

/** All of them: they are few, and no row outside of the held span says which of them changed. */
async function pinsFor(reader: Reader, request: DeltaRequest): Promise<Pin[]> {
  const rows = await reader.pins(request.room.id)
  const floorSeq = floorOf(request)
  return pinsInOrder(rows.flatMap((row) => (row.seq < floorSeq ? [] : (pinOf(row) ?? []))))
}

type Patch = { readonly rows: Message[]; readonly size: number; readonly cont?: string }

/** A page ends at its row limit, or where no more fits beside the tail. */
async function patchOf(
  reader: Reader,
  { room, member, roomFloor, cursor, bytes }: DeltaRequest,
): Promise<Patch> {
  const held = heldSpan(cursor)
  const rows: Message[] = []
  let size = 0
  if (!held || cursor.rev === room.rev) return { rows, size }
  const cont = decodeCont(cursor.cont)
  const page = (rev: number): Patch => ({
    rows,
    size,
    cont: encodeCont({ page: (cont?.page ?? 0) + 1, rev }),
  })
  // A row that changes between two pages gets a higher rev, and so appears again in a later one.
  let afterRev = Math.max(cursor.rev, cont?.rev ?? 0)
  for (;;) {
    const limit = rowsToRead(rows.length, size, bytes / 2)
    const found = await reader.messages({
      roomId: room.id,
      fromSeq: Math.max(held.from, roomFloor),
      toSeq: held.to,
      afterRev,
      includeDeleted: true,
      take: 'rev',
      isNarrow: spanOf(held) <= LOOK_ROWS && spanOf(held) < room.rev - afterRev,
      limit,
    })
    for (const row of found) {
      if (rows.length === LIMITS.syncPatch || size > bytes / 2) return page(afterRev)
      const message = toWire(row, member.userId)
      rows.push(message)
      size += messageSize(message)
      afterRev = row.rev
    }
    if (found.length < limit) return size > bytes / 2 ? page(afterRev) : { rows, size }
  }
}

/** Rows from `from` to the head: all, or the newest that fit, after a hole that loses nothing. */
async function tailOf(
  reader: Reader,
  request: DeltaRequest,
  from: number,
  patchSize: number,
): Promise<Pick<Delta, 'tail' | 'tailFrom' | 'limited'>> {
  const { room, member } = request
  const wanted = Math.max(from, floorOf(request))
  const isLong = room.lastSeq - wanted + 1 > LIMITS.syncTail
  const first = isLong ? room.lastSeq - LIMITS.syncTailLimited + 1 : wanted
  const bytes = request.bytes - patchSize
  const newestFirst: Message[] = []
  let size = 0
  // One step at least: an empty tail would say that there are no rows.
  for (let to = room.lastSeq; to >= first && (size <= bytes || size === 0); ) {
    const limit = rowsToRead(newestFirst.length, size, bytes)
    const fromSeq = Math.max(first, to - limit + 1)
    const where = { roomId: room.id, fromSeq, toSeq: to, includeDeleted: true }
    const found = await reader.messages({ ...where, take: 'newest', limit })
    for (const row of [...found].reverse()) {
      const message = toWire(row, member.userId)
      newestFirst.push(message)
      size += messageSize(message)
    }
    to = fromSeq - 1
  }
  const tail = [...whatFits(newestFirst, messageSize, bytes)].reverse()
  const tailFrom = tail[0]?.seq ?? first
  return { tail, tailFrom, limited: tailFrom > wanted }
}

function emptyDelta(request: DeltaRequest): Delta {
  const { room, member, cursor, unread } = request
  return {
    rev: room.rev,
    lastSeq: room.lastSeq,
    patch: [],
    tail: [],
    tailFrom: Math.max(Math.min(cursor.maxSeq, room.lastSeq) + 1, floorOf(request)),
    limited: false,
    lastReadSeq: member.lastReadSeq,
    // A reader who holds rows below it drops them.
    floorSeq: floorOf(request),
    unread,
  }
}

function rowsOf({ tooMany: _, ...rows }: MembersDelta): Pick<Delta, 'members' | 'membersPartial' | 'reads'> {
  return rows
}

const firstOwn = (member: Member): number => Math.max(1, member.fromSeq)
const floorOf = ({ member, roomFloor }: DeltaRequest): number => Math.max(firstOwn(member), roomFloor)

const spanOf = ({ from, to }: { from: number; to: number }): number => to - from + 1

function heldSpan({ minSeq, maxSeq }: RoomCursor): { from: number; to: number } | undefined {
  return maxSeq > 0 && maxSeq >= minSeq ? { from: Math.max(1, minSeq), to: maxSeq } : undefined
}
