import { assertNever } from '../assert-never'
import { longerHold, NO_HOLD, relaxed } from '../hold'
import { onExpired } from '../outbox/ageing'
import {
  onAnswered,
  onHurried,
  onLineLost,
  onLineUp,
  onPicked,
  onStored,
  onUnanswered,
  onUnstorable,
} from '../outbox/answers'
import { cancel, enqueue, readSeqOf, retry } from '../outbox/enqueue'
import { forgetOutcomes, type Outbox } from '../outbox/outbox'
import { anchored, onViewed } from './anchor'
import { onChanges } from './changes'
import { discardLoaded } from './evicted-ranges'
import { onActivity, onListed } from './listing'
import { onMembersAnswered, onMembersAsked, onMembersWanted } from './member-pages'
import { onIdentified, onReads } from './members'
import { onPageAnswered, onPageAsked, onPageWanted } from './page'
import { stale } from './preview'
import { onForgotten, onKeeping, onRestored, onTakenOver, onWiped } from './restore'
import { amended, type Line, NO_ROSTER, newRoom, type RoomCore, type Roster } from './room-core'
import type { RoomEvent } from './room-event'
import { neverThere } from './room-gone'
import { onShelfAsked, onShelfRead } from './shelf'
import { onSyncAnswered, onSyncAsked } from './sync'
import { expireTyping, onTyping, typingEnded } from './typing'
import { counted, unreadOf } from './unread'
import { trimmed } from './window'

/** The one way a room changes: an event in, the next state out. A no-op returns the same reference. */
export function reduceRoom(core: RoomCore, event: RoomEvent): RoomCore {
  const loaded = discardLoaded(core, reduce(core, event))
  const reduced = withOutbox(loaded, forgetOutcomes(core.outbox, loaded.outbox))
  if (reduced === core) return core
  const placed = reduced.timeline === core.timeline ? reduced : anchored(reduced)
  const next = counted(placed, readSeqOf(placed))
  const synced = core.request?.kind === 'sync' && next.request === null
  return watchGap(next, 'now' in event ? event.now : null, synced)
}

function reduce(core: RoomCore, event: RoomEvent): RoomCore {
  switch (event.type) {
    case 'line':
      return onLine(core, event.line)
    case 'woken':
      return onWoken(core)
    case 'identified':
      return onIdentified(core, event.me, event.name)
    case 'epoch-changed':
      return onEpochChanged(core)
    case 'opened':
      return onOpened(core, event.usedAt)
    case 'closed':
      return onClosed(core)
    case 'page-wanted':
      return onPageWanted(core, event.want)
    case 'viewed':
      return onViewed(core, event.anchor)
    case 'draft':
      return core.draft === event.text ? core : amended(core, { draft: event.text })
    case 'listed':
      return neverThere(core.id) ? core : onListed(core, event)
    case 'activity':
      return onActivity(core, event)
    case 'hidden':
      return amended(core, {
        hiddenSeq: event.seq,
        listedAsOf: Math.max(core.listedAsOf, event.asOf),
      })
    case 'removed':
      return onRemoved(core, event)
    case 'join-asked':
      return amended(core, { joined: 'asked' })
    case 'joined':
      return core.joined === 'asked' ? amended(core, { joined: event.isIn ? 'yes' : 'out' }) : core
    case 'join-failed':
      return amended(core, { joined: 'no', requestHold: longerHold(core.requestHold, event.error, event) })
    case 'changes':
      return typingEnded(onChanges(trimmed(core), event.changes), event.changes)
    case 'head':
      return onHead(core, event.head)
    case 'reads':
      return onReads(core, Object.entries(event.reads))
    case 'typing':
      return onTyping(core, event)
    case 'sync-asked':
      return onSyncAsked(core)
    case 'sync-answered':
      return onSyncAnswered(trimmed(core), event)
    case 'page-asked':
      return onPageAsked(core)
    case 'page-answered':
      return onPageAnswered(trimmed(core), event)
    case 'shelf-asked':
      return onShelfAsked(core)
    case 'shelf-read':
      return onShelfRead(trimmed(core), event)
    case 'members-wanted':
      return onMembersWanted(core, event.limit)
    case 'members-asked':
      return onMembersAsked(core)
    case 'members-answered':
      return onMembersAnswered(core, event)
    case 'request-failed':
      return onRequestFailed(core, event)
    case 'enqueued':
      return enqueue(core, event.command, event.order, event.problem)
    case 'hurried':
      return withOutbox(core, onHurried(core.outbox))
    case 'unstorable':
      return withOutbox(core, onUnstorable(core.outbox, event.ids))
    case 'stored':
      return withOutbox(core, onStored(core.outbox, event.ids))
    case 'picked':
      return withOutbox(core, onPicked(core.outbox, event.ids))
    case 'answered':
      return onAnswered(trimmed(core), event)
    case 'unanswered':
      return onUnanswered(core, event)
    case 'expired':
      return withOutbox(core, onExpired(core.outbox, event.ids))
    case 'retried':
      return retry(core, event.id, event.wanted)
    case 'cancelled':
      return cancel(core, event.id)
    case 'restored':
      return onRestored(core, event)
    case 'taken-over':
      return onTakenOver(core, event.entries)
    case 'keeping':
      return onKeeping(core, event.room)
    case 'kept-elsewhere':
      return core.keeps ? amended(core, { keeps: false, shelved: [] }) : core
    case 'wiped':
      return onWiped(core, event.keep)
    case 'forgotten':
      return core.opened ? core : onForgotten(core)
    case 'tick':
      return expireTyping(core, event.now)
    default:
      return assertNever(event)
  }
}

const withOutbox = (core: RoomCore, outbox: Outbox): RoomCore =>
  outbox === core.outbox ? core : amended(core, { outbox })

const none: RoomCore['typing'] = new Map()

function onLine(core: RoomCore, line: Line): RoomCore {
  if (line === core.line) return core
  if (line === 'up') {
    const woken = onWoken(core)
    return amended(woken, { line, outbox: onLineUp(woken.outbox, core.durable) })
  }
  if (core.line !== 'up') return amended(core, { line })
  const outbox = onLineLost(core.outbox)
  return amended(core, { line, outbox, joined: 'no', request: null, typing: none, ...stale(core) })
}

function onWoken(core: RoomCore): RoomCore {
  const requestHold = relaxed(core.requestHold)
  const hold = relaxed(core.outbox.hold)
  const isSame = requestHold === core.requestHold && hold === core.outbox.hold
  return isSame ? core : amended(core, { requestHold, outbox: { ...core.outbox, hold } })
}

/** Removed was then; whether it still is, the server says. */
function onOpened(core: RoomCore, usedAt: number): RoomCore {
  const removed = neverThere(core.id)
  return amended(core, { opened: true, usedAt, removed, error: removed })
}

/** Not live any more: the figures of the rows stay as the list's, until the server tells newer ones. */
function onClosed(core: RoomCore): RoomCore {
  const figure = unreadOf(core, core.lastReadSeq)
  const closed = amended(core, {
    figure,
    counted: core.lastSeq,
    opened: false,
    ...stale(core),
  })
  const roster = withoutWant(core.roster)
  return amended(onViewed(closed, null), { joined: 'no', request: null, roster, typing: none })
}

/** The server's history is another one: old revs compare with no new one. The rows stay on screen until the sync. */
function onEpochChanged(core: RoomCore): RoomCore {
  return amended(core, {
    foreign: core.tail !== null,
    cursor: 0,
    known: 0,
    figureRev: 0,
    // Revs and read cursors of the old history would win over the new ones for ever.
    room: core.room && { ...core.room, rev: 0 },
    members: new Map(),
    membersKnown: false,
    roster: { ...NO_ROSTER, want: core.roster.want },
    reads: new Map(),
    lastReadSeq: 0,
    lastSeq: core.tail ?? 0,
    floorSeq: 1,
    ahead: new Map(),
    gap: null,
    request: null,
    ...stale(core),
    previewRev: 0,
    shelved: [],
    afloat: [],
  })
}

/** Removed for good, or until invited again: the copy goes, what was unsent stays with the user (I14). */
function onRemoved(core: RoomCore, { error, asOf }: Extract<RoomEvent, { type: 'removed' }>): RoomCore {
  const { id, me, myName, line, windowSize, durable, keeps, opened, room, draft, usedAt } = core
  const { requests } = core
  const outbox = { ...core.outbox, hold: NO_HOLD, sendOneByOne: false }
  const listedAsOf = Math.max(core.listedAsOf, asOf)
  const kept = { opened, room, outbox, draft, usedAt, requests, listedAsOf }
  return amended(newRoom(id, { me, myName, line, windowSize, durable, keeps }), {
    ...kept,
    removed: error,
    error,
  })
}

const withoutWant = (roster: Roster): Roster => (roster.want === null ? roster : { ...roster, want: null })

function onHead(core: RoomCore, head: { rev: number; lastSeq: number }): RoomCore {
  if (head.rev <= core.known) return core
  return amended(core, { known: head.rev, lastSeq: Math.max(core.lastSeq, head.lastSeq) })
}

function onRequestFailed(core: RoomCore, event: Extract<RoomEvent, { type: 'request-failed' }>): RoomCore {
  if (core.request !== null && core.request.no !== event.no) return core
  const { request } = core
  const { error } = event
  // A page refused for good is not asked for again; a sync always is, more and more rarely.
  const isOver = error?.retry === 'never' && (request?.kind === 'page' || request?.kind === 'members')
  const requestHold = isOver ? core.requestHold : longerHold(core.requestHold, error, event)
  const next = amended(core, { request: null, requestHold })
  // Of a place that is not wanted any more there is nothing to report.
  if (error === null || (request?.want && request.want !== core.want)) return next
  if (isOver && request?.kind === 'members') return amended(next, { error, roster: withoutWant(core.roster) })
  return amended(next, { error, want: isOver ? null : core.want })
}

/**
 * A rev that was heard of and is not here is a gap: the time since when, or since the last sync that could not close it,
 * decides when to ask. So is a tail behind the last seq though no rev is missing: a rev may be skipped because its row has
 * changed since, and what stands behind that row had no place when it came.
 */
function watchGap(core: RoomCore, now: number | null, synced: boolean): RoomCore {
  const { cursor, known, gap, tail, lastSeq } = core
  const isWhole = known <= cursor && (tail === null || tail >= lastSeq)
  if (isWhole || !core.opened || core.foreign) return gap === null ? core : amended(core, { gap: null })
  if (gap?.rev === cursor + 1)
    return synced ? amended(core, { gap: { ...gap, since: now ?? gap.since, tries: gap.tries + 1 } }) : core
  return now === null ? core : amended(core, { gap: { rev: cursor + 1, since: now, tries: 0 } })
}
