import type { RoomListItem } from '@roomful/protocol'
import { mergeRoomRow } from '../people/members'
import { withCount } from '../people/people'
import type { RoomEvent } from '../room/room-event'
import { type RoomModel, withPeople } from '../room/room-model'
import { movedRead } from '../unread/unread'
import { unsynced } from './preview'

/** One item of the room list. An open room knows better than the list, and only learns that it is behind. */
export function onListed(model: RoomModel, event: Extract<RoomEvent, { type: 'listed' }>): RoomModel {
  const { item } = event
  const { listedAsOf, hiddenSeq } = model.listing
  // What was subscribed before the user was in the room receives nothing.
  const base = event.added ? unsubscribed(model) : model
  const merged = mergeRoomRow(base, item.room)
  const own = merged.people.members.get(model.me ?? '')
  // A change of the own role may have overtaken the list.
  const role = own && own.removed === undefined && own.rev > item.room.rev ? own.role : item.role
  const next: RoomModel = {
    ...merged,
    people: { ...merged.people, role },
    listing: {
      ...merged.listing,
      listed: true,
      listedAsOf: Math.max(listedAsOf, event.asOf),
      removed: null,
      // What is from the disk is older than what came since.
      hiddenSeq: event.asOf < listedAsOf ? hiddenSeq : (item.hiddenSeq ?? -1),
    },
  }
  if (!isFollowed(model)) return withItem(next, item, event.asOf)
  return { ...seen(next, item.room.rev), unread: movedRead(next.unread, item.lastReadSeq) }
}

function unsubscribed(model: RoomModel): RoomModel {
  const next = unsynced(model)
  return { ...next, sync: { ...next.sync, subscription: 'none' } }
}

/** An open room that has its newest rows: it follows the changes itself. */
const isFollowed = ({ view, rows }: RoomModel): boolean => view.opened && rows.tail !== null

const seen = (model: RoomModel, rev: number): RoomModel => ({
  ...model,
  sync: { ...model.sync, highestSeenRev: Math.max(model.sync.highestSeenRev, rev) },
})

/**
 * Each part is replaced by an item that is as new as that part. A rev that was only seen says nothing of them: the answer
 * to an own reaction may come before the first list of an epoch.
 */
function withItem(model: RoomModel, item: RoomListItem, asOf: number): RoomModel {
  const { room, lastReadSeq, unread: serverUnread, preview, fromSeq } = item
  const { rows, sync, unread, listing } = model
  // From a disk that was opened late, or as of before the last read: the count here is newer, and maybe the message.
  const isMiscounted = room.rev < Math.max(unread.asOfRev, sync.cursor) || lastReadSeq < unread.lastReadSeq
  const count = isMiscounted
    ? unread
    : { ...unread, serverUnread, throughSeq: room.lastSeq, asOfRev: room.rev, stale: false }
  return {
    ...seen(model, room.rev),
    rows: {
      ...rows,
      lastSeq: Math.max(rows.lastSeq, room.lastSeq),
      floorSeq: Math.max(rows.floorSeq, fromSeq),
    },
    unread: { ...count, lastReadSeq: Math.max(unread.lastReadSeq, lastReadSeq) },
    // On a disk the preview may be of rows that are behind their room.
    listing:
      room.rev < listing.previewRev + (asOf ? 0 : 1)
        ? listing
        : { ...listing, preview, previewRev: room.rev },
  }
}

type Activity = Extract<RoomEvent, { type: 'activity' }>

/** An update of a room that this connection is not subscribed to. Its row has its own rev to compare by. */
export function onActivity(model: RoomModel, event: Activity): RoomModel {
  const active = withActivity(model, event)
  const next = withPeople(active, withCount(active.people, event.memberCount, event.rev))
  return event.room ? mergeRoomRow(next, event.room) : next
}

function withActivity(model: RoomModel, event: Activity): RoomModel {
  const { rev, lastSeq, lastReadSeq, preview } = event
  const { highestSeenRev } = model.sync
  if (isFollowed(model)) return rev <= highestSeenRev ? model : seen(model, rev)
  if (rev < highestSeenRev) return model
  const { rows, unread, listing } = model
  // Counted before the last read, and on its way when that was answered: how much is left is not known (I13).
  const isOlder = lastReadSeq < unread.lastReadSeq
  if (isOlder && rev === highestSeenRev) return model
  const count = isOlder ? { stale: true } : { serverUnread: event.unread, lastReadSeq, stale: false }
  return {
    ...seen(model, rev),
    rows: { ...rows, lastSeq: Math.max(rows.lastSeq, lastSeq) },
    unread: { ...unread, throughSeq: lastSeq, asOfRev: rev, ...count },
    listing: { ...listing, preview, previewRev: rev },
  }
}
