import { assertNever } from '../assert-never'
import { longerHold, NO_HOLD, relaxed } from '../hold'
import { onExpired } from '../outbox/ageing'
import {
  onAnswered,
  onConnectionLost,
  onConnectionUp,
  onHurried,
  onPicked,
  onStored,
  onUnanswered,
  onUnstorable,
} from '../outbox/answers'
import { cancel, enqueue, retry } from '../outbox/enqueue'
import { forgetOutcomes } from '../outbox/outbox'
import { failUploads, onUpload, relaxUploads } from '../outbox/uploads'
import { onMembersAnswered, onMembersAsked, onMembersWanted } from '../people/member-pages'
import { onIdentified, onReads } from '../people/members'
import { ofOtherEpoch, type People, withoutWant } from '../people/people'
import { expireTyping, onTyping, typingEnded } from '../people/typing'
import { onActivity, onListed } from '../room-list/listing'
import { unsynced } from '../room-list/preview'
import { discardLoaded } from '../rows/evicted-ranges'
import { onDeltas, onProduced, regrown } from '../rows/growing'
import { trimmed } from '../rows/window'
import { anchored, onJumped, onViewed } from '../sync/anchor'
import { onChanges } from '../sync/changes'
import { onPageAnswered, onPageAsked, onPageWanted } from '../sync/page'
import { onSyncAnswered, onSyncAsked } from '../sync/sync'
import { type Subscription, wantOf } from '../sync/sync-state'
import { unreadOf } from '../unread/unread-rows'
import { onReloadAsked, onReloaded } from './reload'
import { onBecameWriter, onEntriesAdopted, onForgotten, onLostWriter, onRestored, onWiped } from './restore'
import type { RoomEvent } from './room-event'
import { neverThere } from './room-gone'
import { newRoom, type RoomConnection, type RoomModel, withOutbox, withPeople } from './room-model'

/** The one way a room changes: an event in, the next state out. A no-op returns the same reference. */
export function reduceRoom(model: RoomModel, event: RoomEvent): RoomModel {
  const reduced = reduce(model, event)
  const rows = discardLoaded(model.rows, reduced.rows)
  const loaded = rows === reduced.rows ? reduced : { ...reduced, rows }
  const bounded = withOutbox(loaded, forgetOutcomes(model.outbox, loaded.outbox))
  if (bounded === model) return model
  const next = rows.timeline === model.rows.timeline ? bounded : regrown(anchored(bounded))
  const synced = model.sync.request?.kind === 'sync' && next.sync.request === null
  return watchGap(next, 'now' in event ? event.now : null, synced)
}

function reduce(model: RoomModel, event: RoomEvent): RoomModel {
  switch (event.type) {
    case 'connection':
      return onConnection(model, event.connection)
    case 'woken':
      return onWoken(model)
    case 'identified':
      return onIdentified(model, event.me, event.name)
    case 'epoch-changed':
      return onEpochChanged(model)
    case 'opened':
      return onOpened(model, event.usedAt)
    case 'closed':
      return onClosed(model)
    case 'page-wanted':
      return onPageWanted(model, event.want)
    case 'jumped':
      return onJumped(model, event.seq)
    case 'viewed':
      return onViewed(model, event.anchor)
    case 'draft':
      return model.view.draft === event.text
        ? model
        : { ...model, view: { ...model.view, draft: event.text } }
    case 'listed':
      return neverThere(model.id) ? model : onListed(model, event)
    case 'activity':
      return onActivity(model, event)
    case 'hidden':
      return onHidden(model, event)
    case 'removed':
      return onRemoved(model, event)
    case 'join-asked':
      return withSubscription(model, 'requested')
    case 'joined':
      return model.sync.subscription === 'requested'
        ? withSubscription(model, event.isIn ? 'active' : 'notAMember')
        : model
    case 'join-failed':
      return onJoinFailed(model, event)
    case 'changes':
      return changed(onChanges(trimmed(model), event.changes), (people) => typingEnded(people, event.changes))
    case 'deltas':
      return onDeltas(model, event.deltas)
    case 'produced':
      return onProduced(model, event.clientId, event.produced)
    case 'head':
      return onHead(model, event.head)
    case 'reads':
      return onReads(model, Object.entries(event.reads))
    case 'typing':
      return changed(model, (people) => onTyping(people, model.me, event))
    case 'sync-asked':
      return onSyncAsked(model)
    case 'sync-answered':
      return onSyncAnswered(trimmed(model), event)
    case 'page-asked':
      return onPageAsked(model)
    case 'page-answered':
      return onPageAnswered(trimmed(model), event)
    case 'reload-asked':
      return onReloadAsked(model)
    case 'reloaded':
      return onReloaded(trimmed(model), event)
    case 'members-wanted':
      return onMembersWanted(model, event.limit)
    case 'members-asked':
      return onMembersAsked(model)
    case 'members-answered':
      return onMembersAnswered(model, event)
    case 'request-failed':
      return onRequestFailed(model, event)
    case 'enqueued':
      return enqueue(model, event.command, event.order, event.problem)
    case 'hurried':
      return withOutbox(model, onHurried(model.outbox))
    case 'unstorable':
      return withOutbox(model, onUnstorable(model.outbox, event.ids))
    case 'stored':
      return withOutbox(model, onStored(model.outbox, event.ids))
    case 'picked':
      return withOutbox(model, onPicked(model.outbox, event.ids))
    case 'answered':
      return onAnswered(trimmed(model), event)
    case 'unanswered':
      return onUnanswered(model, event)
    case 'expired':
      return withOutbox(model, onExpired(model.outbox, event.ids))
    case 'upload':
      return onUpload(model, event.id, event.step)
    case 'retried':
      return retry(model, event.id, event.wanted)
    case 'cancelled':
      return cancel(model, event.id)
    case 'restored':
      return onRestored(model, event)
    case 'entries-adopted':
      return onEntriesAdopted(model, event.entries)
    case 'became-writer':
      return onBecameWriter(model, event.room)
    case 'lost-writer':
      return onLostWriter(model)
    case 'wiped':
      return onWiped(model, event.keep)
    case 'forgotten':
      return model.view.opened ? model : onForgotten(model)
    case 'tick':
      return changed(model, (people) => expireTyping(people, event.now))
    default:
      return assertNever(event)
  }
}

/** With other people, as `change` has them. */
const changed = (model: RoomModel, change: (people: People) => People): RoomModel =>
  withPeople(model, change(model.people))

const withSubscription = (model: RoomModel, subscription: Subscription): RoomModel => ({
  ...model,
  sync: { ...model.sync, subscription },
})

const noTyping: People['typing'] = new Map()

function onConnection(model: RoomModel, connection: RoomConnection): RoomModel {
  if (connection === model.connection) return model
  if (connection === 'up') {
    const woken = onWoken(model)
    return { ...woken, connection, outbox: onConnectionUp(woken.outbox, model.hasStore) }
  }
  if (model.connection !== 'up') return { ...model, connection }
  const outbox = onConnectionLost(model.outbox)
  return { ...unsubscribed(model), connection, outbox, people: { ...model.people, typing: noTyping } }
}

/** Nothing more comes, and nothing is awaited. */
function unsubscribed(model: RoomModel): RoomModel {
  const next = unsynced(model)
  return { ...next, sync: { ...next.sync, subscription: 'none', request: null } }
}

function onWoken(model: RoomModel): RoomModel {
  const { sync, outbox } = model
  const [syncHold, outboxHold] = [relaxed(sync.hold), relaxed(outbox.hold)]
  const uploads = relaxUploads(outbox.uploads)
  if (syncHold === sync.hold && outboxHold === outbox.hold && uploads === outbox.uploads) return model
  return { ...model, sync: { ...sync, hold: syncHold }, outbox: { ...outbox, hold: outboxHold, uploads } }
}

/** It was removed then; the server decides whether it still is. */
function onOpened(model: RoomModel, usedAt: number): RoomModel {
  const removed = neverThere(model.id)
  return {
    ...model,
    listing: { ...model.listing, removed },
    view: { ...model.view, opened: true, usedAt, error: removed },
  }
}

/** Not live any more: the counts of the rows stay as the list's, until the server sends newer ones. */
function onClosed(model: RoomModel): RoomModel {
  const { unread, rows } = model
  const serverUnread = unreadOf(model, unread.lastReadSeq)
  const next = onViewed(unsubscribed(model), null)
  return {
    ...next,
    unread: { ...next.unread, serverUnread, throughSeq: rows.lastSeq },
    people: { ...withoutWant(next.people), typing: noTyping },
    view: { ...next.view, opened: false },
  }
}

/** The server's history is another one: old revs compare with no new one. The rows stay on screen until the sync. */
function onEpochChanged(model: RoomModel): RoomModel {
  const next = unsynced(model)
  const { rows, sync, unread, listing } = next
  return {
    ...next,
    rows: {
      ...rows,
      fromOldEpoch: rows.tail !== null,
      evicted: [],
      pastTail: [],
      lastSeq: rows.tail ?? 0,
      floorSeq: 1,
    },
    sync: { ...sync, cursor: 0, highestSeenRev: 0, outOfOrder: new Map(), gap: null, request: null },
    // Revs and read cursors of the old history would win over the new ones for ever.
    unread: { ...unread, lastReadSeq: 0, asOfRev: 0 },
    people: ofOtherEpoch(next.people),
    listing: { ...listing, room: listing.room && { ...listing.room, rev: 0 }, previewRev: 0 },
  }
}

/** Removed for good, or until invited again: the copy goes, what was unsent stays with the user (I14). */
function onRemoved(model: RoomModel, { error, asOf }: Extract<RoomEvent, { type: 'removed' }>): RoomModel {
  const { listing, view, sync } = model
  const empty = newRoom(model.id, model)
  return {
    ...empty,
    sync: { ...empty.sync, lastRequestNo: sync.lastRequestNo },
    listing: {
      ...empty.listing,
      room: listing.room,
      listedAsOf: Math.max(listing.listedAsOf, asOf),
      removed: error,
    },
    outbox: { ...failUploads(model.outbox, error), hold: NO_HOLD, sendOneByOne: false },
    growing: model.growing,
    view: { ...empty.view, opened: view.opened, draft: view.draft, usedAt: view.usedAt, error },
  }
}

function onHidden(model: RoomModel, { seq, asOf }: Extract<RoomEvent, { type: 'hidden' }>): RoomModel {
  const { listing } = model
  const listedAsOf = Math.max(listing.listedAsOf, asOf)
  return { ...model, listing: { ...listing, hiddenSeq: seq, listedAsOf } }
}

function onJoinFailed(model: RoomModel, event: Extract<RoomEvent, { type: 'join-failed' }>): RoomModel {
  const { sync } = model
  const hold = longerHold(sync.hold, event.error, event)
  return { ...unsynced(model), sync: { ...sync, subscription: 'none', hold } }
}

function onHead(model: RoomModel, head: { rev: number; lastSeq: number }): RoomModel {
  const { sync, rows } = model
  if (head.rev <= sync.highestSeenRev) return model
  return {
    ...model,
    sync: { ...sync, highestSeenRev: head.rev },
    rows: { ...rows, lastSeq: Math.max(rows.lastSeq, head.lastSeq) },
  }
}

function onRequestFailed(model: RoomModel, event: Extract<RoomEvent, { type: 'request-failed' }>): RoomModel {
  const { sync, view } = model
  const { request } = sync
  if (request !== null && request.no !== event.no) return model
  const { error } = event
  // A page refused for good is not asked for again; a sync always is, more and more rarely.
  const isOver = error?.retry === 'never' && (request?.kind === 'page' || request?.kind === 'members')
  const hold = isOver ? sync.hold : longerHold(sync.hold, error, event)
  const next = { ...model, sync: { ...sync, request: null, hold } }
  const want = wantOf(request)
  // Of a place that is not wanted any more there is nothing to report.
  if (error === null || (want !== null && want !== view.wantedPage)) return next
  if (isOver && request?.kind === 'members')
    return { ...next, people: withoutWant(model.people), view: { ...view, error } }
  return { ...next, view: { ...view, error, wantedPage: isOver ? null : view.wantedPage } }
}

/**
 * A rev that was seen and is not here is a gap: the time since when, or since the last sync that could not close it,
 * decides when to ask. So is a tail behind the last seq although no rev is missing: a rev may be skipped because its
 * row has changed since, and the rows behind that row had no place when they arrived.
 */
function watchGap(model: RoomModel, now: number | null, synced: boolean): RoomModel {
  const { sync, rows } = model
  const { cursor, highestSeenRev, gap } = sync
  const isWhole = highestSeenRev <= cursor && (rows.tail === null || rows.tail >= rows.lastSeq)
  if (isWhole || !model.view.opened || rows.fromOldEpoch)
    return gap === null ? model : { ...model, sync: { ...sync, gap: null } }
  if (gap?.rev !== cursor + 1)
    return now === null
      ? model
      : { ...model, sync: { ...sync, gap: { rev: cursor + 1, since: now, tries: 0 } } }
  if (!synced) return model
  return { ...model, sync: { ...sync, gap: { ...gap, since: now ?? gap.since, tries: gap.tries + 1 } } }
}
