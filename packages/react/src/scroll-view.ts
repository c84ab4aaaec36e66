import type { ShownMessage } from '@roomful/client'

/** What the list shows about the reader's place. */
export type ScrollView = {
  /** The newest message is in sight, and stays so as more arrive. */
  readonly atBottom: boolean
  /** Messages of others below, since the reader left the bottom: for the "new messages" pill. */
  readonly newCount: number
  /** The unread divider stands after this seq; null: there is none. It stays while one reads. */
  readonly dividerSeq: number | null
}

export const AT_BOTTOM: ScrollView = { atBottom: true, newCount: 0, dividerSeq: null }

/** Messages of others after `seenSeq`. Unsent ones have no seq yet. */
export function countNew(
  messages: readonly ShownMessage[],
  seenSeq: number,
  myId: string | undefined,
): number {
  return messages.filter(({ seq, senderId, deleted }) => seq > seenSeq && senderId !== myId && !deleted)
    .length
}
