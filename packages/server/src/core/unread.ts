import type { Member, UserId } from '@roomful/protocol'

type Countable = {
  readonly seq: number
  readonly senderId: UserId
  readonly type: string
  readonly deleted: boolean
}
type Reader = Pick<Member, 'userId' | 'lastReadSeq' | 'fromSeq'>

/** The one definition of unread (I13); `lastSeq - lastReadSeq` is not it. */
export function isUnread(message: Countable, reader: Reader): boolean {
  return (
    message.seq > reader.lastReadSeq &&
    message.seq >= reader.fromSeq &&
    message.senderId !== reader.userId &&
    message.type !== 'system' &&
    !message.deleted
  )
}

/** Counts no further than `cap`, so that the cost does not grow with the room. */
export function countUnread(messages: Iterable<Countable>, reader: Reader, cap: number): number {
  let count = 0
  for (const message of messages) {
    if (isUnread(message, reader) && ++count >= cap) break
  }
  return count
}
