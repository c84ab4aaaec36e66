import { mergeRoomRow, movedRead, withCount } from './members'
import { stale } from './preview'
import { amended, type RoomCore } from './room-core'
import type { RoomEvent } from './room-event'

/** One line of the room list. An open room knows better than the list, and only learns that it is behind. */
export function onListed(core: RoomCore, event: Extract<RoomEvent, { type: 'listed' }>): RoomCore {
  const { item } = event
  const { room } = item
  const listedAsOf = Math.max(core.listedAsOf, event.asOf)
  // What was joined before he was in it has nobody subscribed.
  const heard = event.added ? { joined: 'no' as const, ...stale(core) } : {}
  const next = amended(mergeRoomRow(core, room), {
    listed: true,
    listedAsOf,
    ...heard,
    removed: null,
    role: item.role,
    // What is from the disk is older than what was heard since.
    hiddenSeq: event.asOf < core.listedAsOf ? core.hiddenSeq : (item.hiddenSeq ?? -1),
  })
  if (core.opened && core.tail !== null)
    return movedRead(amended(next, { known: Math.max(core.known, room.rev) }), item.lastReadSeq)
  const { lastReadSeq, unread, preview } = item
  // From a disk that was opened late, or as of before the last read: the figure here is newer, and maybe the message.
  const isOld = room.rev < core.known
  const isMiscounted = isOld || lastReadSeq < core.lastReadSeq
  return amended(next, {
    ...(isOld ? {} : { lastSeq: Math.max(core.lastSeq, room.lastSeq), preview, previewRev: room.rev }),
    ...(isMiscounted
      ? {}
      : { ...figureOf(core, { rev: room.rev, lastSeq: room.lastSeq, unread, preview }), doubt: false }),
    known: Math.max(core.known, room.rev),
    lastReadSeq: Math.max(core.lastReadSeq, lastReadSeq),
    floorSeq: Math.max(core.floorSeq, item.fromSeq),
  })
}

type Activity = Extract<RoomEvent, { type: 'activity' }>

/** An update of a room that this line is not subscribed to. Its row has a rev of its own to be compared by. */
export function onActivity(core: RoomCore, event: Activity): RoomCore {
  const next = withCount(withActivity(core, event), event.memberCount, event.rev)
  return event.room ? mergeRoomRow(next, event.room) : next
}

function withActivity(core: RoomCore, event: Activity): RoomCore {
  if (core.opened && core.tail !== null) {
    return event.rev <= core.known ? core : amended(core, { known: event.rev })
  }
  if (event.rev < core.known) return core
  const { figure, ...head } = figureOf(core, event)
  // Counted before the last read, and on its way when that was answered: how much is left is not known (I13).
  if (event.lastReadSeq < core.lastReadSeq)
    return event.rev === core.known ? core : amended(core, { ...head, known: event.rev, doubt: true })
  return amended(core, { ...head, figure, known: event.rev, lastReadSeq: event.lastReadSeq, doubt: false })
}

function figureOf(
  core: RoomCore,
  news: { rev: number; lastSeq: number; unread: number; preview: RoomCore['preview'] },
): Pick<RoomCore, 'lastSeq' | 'counted' | 'figure' | 'figureRev' | 'preview' | 'previewRev'> {
  return {
    lastSeq: Math.max(core.lastSeq, news.lastSeq),
    counted: news.lastSeq,
    figure: news.unread,
    figureRev: news.rev,
    preview: news.preview,
    previewRev: news.rev,
  }
}
