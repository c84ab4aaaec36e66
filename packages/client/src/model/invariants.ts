import { LIMITS } from '@roomful/protocol/plain'
import { readSeqOf } from './outbox/enqueue'
import { type Entry, isTargeted } from './outbox/entry'
import { allEntries } from './outbox/entry-list'
import { entryOf, OUTCOMES_MAX, type Outbox, REFUSED_MAX, unsentCount, waitingCount } from './outbox/outbox'
import { TYPING_MAX } from './people/typing'
import type { RoomEvent } from './room/room-event'
import type { RoomModel } from './room/room-model'
import { previewOf } from './room-list/preview'
import { PAST_TAIL_MAX } from './rows/rows'
import { at, checkTimeline, covers, lastRange, rangesOf, rowCount, rowsIn } from './rows/timeline'
import { unreadOf } from './unread/unread-rows'

/** `fresh`: revs may be other ones after it: a new epoch, a reset, another life of the room. The rest goes forward only. */
const REVS_AFTER: { readonly [Type in RoomEvent['type']]: 'forward' | 'fresh' } = {
  connection: 'forward',
  woken: 'forward',
  identified: 'forward',
  'epoch-changed': 'fresh',
  opened: 'forward',
  closed: 'forward',
  'page-wanted': 'forward',
  viewed: 'forward',
  jumped: 'forward',
  draft: 'forward',
  listed: 'forward',
  activity: 'forward',
  removed: 'fresh',
  hidden: 'forward',
  'join-asked': 'forward',
  joined: 'forward',
  'join-failed': 'forward',
  changes: 'forward',
  deltas: 'forward',
  produced: 'forward',
  head: 'forward',
  reads: 'forward',
  typing: 'forward',
  'sync-asked': 'forward',
  'sync-answered': 'fresh',
  'page-asked': 'forward',
  'page-answered': 'forward',
  'reload-asked': 'forward',
  reloaded: 'forward',
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
  upload: 'forward',
  retried: 'forward',
  cancelled: 'forward',
  restored: 'fresh',
  'entries-adopted': 'forward',
  'became-writer': 'fresh',
  'lost-writer': 'forward',
  wiped: 'fresh',
  forgotten: 'fresh',
  tick: 'forward',
}

/**
 * Throws when a room breaks what must hold after every event. Tests call it for each step of each room; nothing of it
 * is in the shipped build.
 */
export function checkRoom(before: RoomModel, event: RoomEvent, after: RoomModel): void {
  const fail = (message: string): never => {
    throw new Error(`${message} (room ${after.id}, after ${event.type})`)
  }
  const rowsChanged =
    before.rows.timeline !== after.rows.timeline || before.rows.pastTail !== after.rows.pastTail
  // What did not change was right after the event that made it.
  if (before.rows.timeline !== after.rows.timeline) checkTimeline(after.rows.timeline)
  checkTail(after, fail)
  if (rowsChanged || before.outbox.entries !== after.outbox.entries || before.me !== after.me)
    checkRows(after, fail)
  checkPastTail(after, fail)
  // A sign-out takes the outbox with it.
  checkOutbox(event.type === 'wiped' ? after : before, after, fail)
  checkBounds(before, after, fail)
  checkUnread(after, fail)
  if (REVS_AFTER[event.type] === 'forward') checkForward(before, after, fail)
}

type Fail = (message: string) => never

function checkTail({ rows }: RoomModel, fail: Fail): void {
  const { tail, timeline, floorSeq, pastTail, evicted, fromOldEpoch } = rows
  const last = lastRange(timeline)?.to
  if (tail === null) {
    if (last !== undefined && !fromOldEpoch) fail('I7: rows are held without a tail')
    return
  }
  if (last !== undefined && last > tail) fail(`I7: ${last} is held past the tail ${tail}`)
  if (tail >= floorSeq && !covers(timeline, tail)) fail(`I7: the tail ${tail} is not held`)
  if (pastTail.some((row) => row.seq <= tail)) fail('I8: a row kept past the tail is in reach of it')
  for (const range of evicted)
    if (rangesOf(timeline).some((held) => held.from <= range.to && range.from <= held.to))
      fail('I7: a range is both in memory and evicted')
}

function checkRows(model: RoomModel, fail: Fail): void {
  const { rows } = model
  const own = new Set<string>()
  const unsent = new Set<string>(allEntries(model.outbox.entries).map((entry) => entry.id))
  for (const row of [...rowsIn(rows.timeline, { from: 0, to: Number.MAX_SAFE_INTEGER }), ...rows.pastTail]) {
    if (
      row.deleted &&
      (row.content !== '' ||
        row.metadata !== undefined ||
        row.pinned !== undefined ||
        row.reactions.length > 0)
    )
      fail(`I12: tombstone ${row.seq} has content`)
    if (row.senderId !== model.me) continue
    if (own.has(row.id)) fail(`I8: own message ${row.seq} is shown twice`)
    own.add(row.id)
    if (row.clientId !== undefined && unsent.has(row.clientId))
      fail(`I8: ${row.clientId} is confirmed at ${row.seq} and still in the outbox`)
  }
}

/** A room that is behind may hold newer rows; none may be newer than what it has seen. */
function checkPastTail({ rows, sync }: RoomModel, fail: Fail): void {
  if (rows.fromOldEpoch) return
  for (const row of rows.pastTail)
    if (row.rev > sync.highestSeenRev) fail(`I5: seq ${row.seq}, past the tail, is past what was seen`)
}

function checkOutbox(before: RoomModel, after: RoomModel, fail: Fail): void {
  if (before.outbox === after.outbox && before.connection === after.connection) return
  const { entries } = after.outbox
  const all = allEntries(entries)
  const ids = new Set<string>(all.map((entry) => entry.id))
  if (ids.size !== all.length) fail('I8: one id is twice in the outbox')
  all.reduce((last: Entry | undefined, entry) => {
    if (last && last.order >= entry.order) fail('I9: the outbox is out of order')
    return entry
  }, undefined)
  if (after.connection !== 'up' && all.some((entry) => entry.state.at === 'inflight'))
    fail('I10: in flight without a connection')
  const outcomes = new Set(after.outbox.outcomes.map(({ id }) => id))
  for (const entry of allEntries(before.outbox.entries))
    if (!ids.has(entry.id) && !outcomes.has(entry.id) && after.me === before.me)
      fail(`I10: ${entry.kind} ${entry.id} is gone without an outcome`)
  checkCounts(after.outbox, all, fail)
}

/** The counts carried from change to change equal counts over all entries. */
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

/** The count carried from event to event equals a count over all unread rows. */
function checkUnread(model: RoomModel, fail: Fail): void {
  const readSeq = readSeqOf(model)
  const carried = unreadOf(model, readSeq)
  const found = unreadOf({ ...model, unread: { ...model.unread, rowCounts: { last: null } } }, readSeq)
  if (carried !== found) fail(`I13: ${carried} are counted as unread, and ${found} are`)
}

/** I15: nothing that a room remembers grows without an end. */
function checkBounds(before: RoomModel, model: RoomModel, fail: Fail): void {
  const { rows, sync, people, outbox, unread } = model
  const newOutcomes = outbox.outcomes.length - before.outbox.outcomes.length
  const { orders } = outbox.entries.memo
  const most: readonly (readonly [string, number, number])[] = [
    ['rows', rowCount(rows.timeline), model.windowSize + 1_200],
    ['evicted ranges', rows.evicted.length, rows.lastSeq / 2 + 1],
    ['rows past the tail', rows.pastTail.length, PAST_TAIL_MAX],
    ['pins', rows.pins.length, LIMITS.pins],
    ['changes out of order', sync.outOfOrder.size, 2_100],
    ['changes during a request', sync.request?.received.length ?? 0, 2_100],
    ['typing users', people.typing.size, TYPING_MAX],
    ['outcomes', outbox.outcomes.length, Math.max(OUTCOMES_MAX, newOutcomes)],
    ['refusals', outbox.refused.size, REFUSED_MAX],
    ['uploads', outbox.uploads.size, outbox.entries.totals.uploads],
    ['ids in the outbox', orders.size, 2 * outbox.entries.size + 300],
  ]
  for (const [what, count, bound] of most) if (count > bound) fail(`I15: ${count} ${what}`)
  if (unread.serverUnread < 0) fail('I13: the unread count is negative')
}

function checkForward(before: RoomModel, after: RoomModel, fail: Fail): void {
  const { cursor } = before.sync
  if (after.sync.cursor < cursor) fail(`I6: the cursor went back from ${cursor} to ${after.sync.cursor}`)
  const { lastReadSeq } = after.unread
  if (lastReadSeq < before.unread.lastReadSeq) fail('I6: the read cursor went back')
  // The user's own, once it is known who they are.
  for (const [userId, seq] of before.people.reads)
    if ((userId === after.me ? lastReadSeq : (after.people.reads.get(userId) ?? 0)) < seq)
      fail('I6: a receipt went back')
  const [shown, now] = [previewOf(before), previewOf(after)]
  // A new epoch has no data yet: what the old one showed last is shown until the server sends more.
  const isOfOldEpoch = shown === before.listing.preview && before.listing.previewRev === 0
  if (shown && now && !isOfOldEpoch && now.seq < shown.seq)
    fail(`I6: the preview went back from ${shown.seq} to ${now.seq}`)
  const { timeline } = before.rows
  if (timeline === after.rows.timeline) return
  for (const range of rangesOf(timeline))
    for (const row of rowsIn(timeline, range)) {
      const now = at(after.rows.timeline, row.seq)
      if (now && now.rev < row.rev) fail(`I6: row ${row.seq} went back from rev ${row.rev} to ${now.rev}`)
    }
}
