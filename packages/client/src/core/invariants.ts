import { AFLOAT_MAX } from './outbox/confirm'
import { readSeqOf } from './outbox/enqueue'
import { type Entry, isTargeted } from './outbox/entry'
import { allEntries } from './outbox/entry-list'
import { entryOf, OUTCOMES_MAX, type Outbox, REFUSED_MAX, unsentCount, waitingCount } from './outbox/outbox'
import { previewOf } from './room/preview'
import type { RoomCore } from './room/room-core'
import type { RoomEvent } from './room/room-event'
import { TYPING_MAX } from './room/typing'
import { unreadOf } from './room/unread'
import { at, checkTimeline, covers, lastRange, rangesOf, rowCount, rowsIn } from './timeline'

/** `fresh`: revs may be other ones after it: a new epoch, a reset, another life of the room. The rest goes forward only. */
const REVS_AFTER: { readonly [Type in RoomEvent['type']]: 'forward' | 'fresh' } = {
  line: 'forward',
  woken: 'forward',
  identified: 'forward',
  'epoch-changed': 'fresh',
  opened: 'forward',
  closed: 'forward',
  'page-wanted': 'forward',
  viewed: 'forward',
  draft: 'forward',
  listed: 'forward',
  activity: 'forward',
  removed: 'fresh',
  hidden: 'forward',
  'join-asked': 'forward',
  joined: 'forward',
  'join-failed': 'forward',
  changes: 'forward',
  head: 'forward',
  reads: 'forward',
  typing: 'forward',
  'sync-asked': 'forward',
  'sync-answered': 'fresh',
  'page-asked': 'forward',
  'page-answered': 'forward',
  'shelf-asked': 'forward',
  'shelf-read': 'forward',
  'members-wanted': 'forward',
  'members-asked': 'forward',
  'members-answered': 'forward',
  'request-failed': 'forward',
  enqueued: 'forward',
  hurried: 'forward',
  stored: 'forward',
  unstorable: 'forward',
  picked: 'forward',
  answered: 'forward',
  unanswered: 'forward',
  expired: 'forward',
  retried: 'forward',
  cancelled: 'forward',
  restored: 'fresh',
  'taken-over': 'forward',
  keeping: 'fresh',
  'kept-elsewhere': 'forward',
  wiped: 'fresh',
  forgotten: 'fresh',
  tick: 'forward',
}

/**
 * Throws when a room breaks what must hold after every event. Tests call it for each step of each room; nothing of it
 * is in the shipped build.
 */
export function checkRoom(before: RoomCore, event: RoomEvent, after: RoomCore): void {
  const fail = (message: string): never => {
    throw new Error(`${message} (room ${after.id}, after ${event.type})`)
  }
  const rowsChanged = before.timeline !== after.timeline || before.afloat !== after.afloat
  // What did not change was right after the event that made it.
  if (before.timeline !== after.timeline) checkTimeline(after.timeline)
  checkTail(after, fail)
  if (rowsChanged || before.outbox.entries !== after.outbox.entries || before.me !== after.me)
    checkRows(after, fail)
  checkAfloat(after, fail)
  // A sign-out takes the outbox with it.
  checkOutbox(event.type === 'wiped' ? after : before, after, fail)
  checkBounds(before, after, fail)
  checkUnread(after, fail)
  if (REVS_AFTER[event.type] === 'forward') checkForward(before, after, fail)
}

type Fail = (message: string) => never

function checkTail(core: RoomCore, fail: Fail): void {
  const { tail, timeline, floorSeq, afloat } = core
  const last = lastRange(timeline)?.to
  if (tail === null) {
    if (last !== undefined && !core.foreign) fail('I7: rows are held without a tail')
    return
  }
  if (last !== undefined && last > tail) fail(`I7: ${last} is held past the tail ${tail}`)
  if (tail >= floorSeq && !covers(timeline, tail)) fail(`I7: the tail ${tail} is not held`)
  if (afloat.some((row) => row.seq <= tail)) fail('I8: an afloat row is in reach of the tail')
  for (const range of core.shelved)
    if (rangesOf(timeline).some((held) => held.from <= range.to && range.from <= held.to))
      fail('I7: a range is both in memory and on the shelf')
}

function checkRows(core: RoomCore, fail: Fail): void {
  const own = new Set<string>()
  const unsent = new Set<string>(allEntries(core.outbox.entries).map((entry) => entry.id))
  for (const row of [...rowsIn(core.timeline, { from: 0, to: Number.MAX_SAFE_INTEGER }), ...core.afloat]) {
    if (row.deleted && (row.content !== '' || row.metadata !== undefined || row.reactions.length > 0))
      fail(`I12: tombstone ${row.seq} has content`)
    if (row.senderId !== core.me) continue
    if (own.has(row.id)) fail(`I8: own message ${row.seq} is shown twice`)
    own.add(row.id)
    if (row.clientId !== undefined && unsent.has(row.clientId))
      fail(`I8: ${row.clientId} is confirmed at ${row.seq} and still in the outbox`)
  }
}

/** A room that is behind may hold newer rows; none may be newer than what it has heard of. */
function checkAfloat(core: RoomCore, fail: Fail): void {
  if (core.foreign) return
  for (const row of core.afloat) if (row.rev > core.known) fail(`I5: afloat ${row.seq} is past what is known`)
}

function checkOutbox(before: RoomCore, after: RoomCore, fail: Fail): void {
  if (before.outbox === after.outbox && before.line === after.line) return
  const { entries } = after.outbox
  const all = allEntries(entries)
  const ids = new Set<string>(all.map((entry) => entry.id))
  if (ids.size !== all.length) fail('I8: one id is twice in the outbox')
  all.reduce((last: Entry | undefined, entry) => {
    if (last && last.order >= entry.order) fail('I9: the outbox is out of order')
    return entry
  }, undefined)
  if (after.line !== 'up' && all.some((entry) => entry.state.at === 'inflight'))
    fail('I10: in flight without a line')
  const outcomes = new Set(after.outbox.outcomes.map(({ id }) => id))
  for (const entry of allEntries(before.outbox.entries))
    if (!ids.has(entry.id) && !outcomes.has(entry.id) && after.me === before.me)
      fail(`I10: ${entry.kind} ${entry.id} is gone without an outcome`)
  checkCounts(after.outbox, all, fail)
}

/** What is carried on from change to change is what a look at all entries finds. */
function checkCounts(outbox: Outbox, all: readonly Entry[], fail: Fail): void {
  const failed = new Set<string>(all.flatMap((entry) => (entry.state.at === 'failed' ? [entry.id] : [])))
  const waiting = all.filter(
    (entry) =>
      !failed.has(entry.id) &&
      !(isTargeted(entry) && 'clientId' in entry.target && failed.has(entry.target.clientId)),
  )
  const unsent = waiting.filter((entry) => entry.kind !== 'read')
  if (outbox.entries.size !== all.length) fail(`I10: ${outbox.entries.size} of ${all.length} entries count`)
  if (waitingCount(outbox) !== waiting.length) fail(`I10: ${waitingCount(outbox)} of ${waiting.length} wait`)
  if (unsentCount(outbox) !== unsent.length)
    fail(`I10: ${unsentCount(outbox)} of ${unsent.length} are unsent`)
  for (const entry of all)
    if (entryOf(outbox, entry.id) !== entry) fail(`I10: ${entry.id} is not found in the outbox`)
}

/** What is carried on from event to event is what a look at all unread rows finds. */
function checkUnread(core: RoomCore, fail: Fail): void {
  const readSeq = readSeqOf(core)
  const carried = unreadOf(core, readSeq)
  const found = unreadOf({ ...core, rowCount: null }, readSeq)
  if (carried !== found) fail(`I13: ${carried} are counted as unread, and ${found} are`)
}

/** I15: nothing that a room remembers grows without an end. */
function checkBounds(before: RoomCore, core: RoomCore, fail: Fail): void {
  const { outcomes, refused } = core.outbox
  if (core.ahead.size > 2_100) fail(`I15: ${core.ahead.size} changes are remembered`)
  if (outcomes.length > Math.max(OUTCOMES_MAX, outcomes.length - before.outbox.outcomes.length))
    fail(`I15: ${outcomes.length} outcomes are remembered`)
  if (refused.size > REFUSED_MAX) fail(`I15: ${refused.size} refusals are remembered`)
  if (core.afloat.length > AFLOAT_MAX) fail(`I15: ${core.afloat.length} own rows are past the tail`)
  if (core.typing.size > TYPING_MAX) fail(`I15: ${core.typing.size} users are typing`)
  if (core.request && core.request.heard.length > 2_100) fail('I15: a request hears too much')
  if (rowCount(core.timeline) > core.windowSize + 1_200) fail(`I15: ${rowCount(core.timeline)} rows are held`)
  if (core.figure < 0) fail('I13: the unread figure is negative')
}

function checkForward(before: RoomCore, after: RoomCore, fail: Fail): void {
  if (after.cursor < before.cursor) fail(`I6: the cursor went back from ${before.cursor} to ${after.cursor}`)
  if (after.lastReadSeq < before.lastReadSeq) fail('I6: the read cursor went back')
  // His own, once it is known who he is.
  for (const [userId, seq] of before.reads)
    if ((userId === after.me ? after.lastReadSeq : (after.reads.get(userId) ?? 0)) < seq)
      fail('I6: a receipt went back')
  const [shown, now] = [previewOf(before), previewOf(after)]
  // Of a new epoch nothing is known yet: what is shown is of the old one until the server says more.
  const isOfOldEpoch = before.known === 0 || (shown === before.preview && before.previewRev === 0)
  if (shown && now && !isOfOldEpoch && now.seq < shown.seq)
    fail(`I6: the preview went back from ${shown.seq} to ${now.seq}`)
  if (before.timeline === after.timeline) return
  for (const range of rangesOf(before.timeline))
    for (const row of rowsIn(before.timeline, range)) {
      const now = at(after.timeline, row.seq)
      if (now && now.rev < row.rev) fail(`I6: row ${row.seq} went back from rev ${row.rev} to ${now.rev}`)
    }
}
