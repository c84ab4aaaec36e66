import type { FinalRoom, SeenMessage } from './event'
import type { Finding } from './finding'

/** Unread by its definition (I13): after the read cursor, from others, not deleted, not a system message. */
export function unreadOf(
  rows: readonly SeenMessage[],
  userId: string,
  lastReadSeq: number,
  cap: number,
): number {
  const count = rows.filter(
    (row) => row.seq > lastReadSeq && row.senderId !== userId && !row.deleted && row.type !== 'system',
  ).length
  return Math.min(count, cap)
}

/** Unread drift: what a device counts at the end against the definition. Both are capped. */
export function checkUnread(room: FinalRoom, cap: number): Finding[] {
  return room.views.flatMap(({ who, unread, lastReadSeq }): Finding[] => {
    if (unread === undefined || lastReadSeq === undefined) return []
    const right = unreadOf(room.messages, who.user, lastReadSeq, cap)
    if (Math.min(unread, cap) === right) return []
    return [
      {
        kind: 'unread drift',
        roomId: room.roomId,
        text: `${who.device} counts ${unread} instead of ${right}`,
      },
    ]
  })
}
