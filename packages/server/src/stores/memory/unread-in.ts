import { LIMITS, type Member } from '@roomful/protocol'
import type { StoredMessage } from '../../core/ops'
import { countUnread } from '../../core/unread'
import type { RoomRecord } from './room-record'
import { type Snapshot, valueAt } from './versions'

/** Only messages past the cursor can be unread, so only those are read. */
export function unreadIn(record: RoomRecord, member: Member, snapshot: Snapshot): number {
  function* pastCursor(): Generator<StoredMessage> {
    for (
      let index = Math.max(member.lastReadSeq, member.fromSeq - 1);
      index < record.messages.length;
      index++
    ) {
      const row = valueAt(record.messages[index], snapshot)
      if (row) yield row
    }
  }
  return countUnread(pastCursor(), member, LIMITS.unreadCap)
}
