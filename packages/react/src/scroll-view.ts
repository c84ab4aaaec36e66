import type { ShownMessage } from '@roomful/client'

/** What the reader should be told about the place he looks at. */
export type ScrollView = {
  /** The newest message is in sight, and stays so as more arrive. */
  readonly atBottom: boolean
  /** Messages of others below, since the reader left the bottom: for the "new messages" pill. */
  readonly newCount: number
  /** The unread divider stands after this seq; null: there is none. It stays while one reads. */
  readonly dividerSeq: number | null
}

export const AT_BOTTOM: ScrollView = { atBottom: true, newCount: 0, dividerSeq: null }

/** The last message that is confirmed, from `upTo` down. Unsent ones stand last and have no seq yet. */
export function lastConfirmed(messages: readonly ShownMessage[], upTo = Number.MAX_SAFE_INTEGER): number {
  return messages.findLastIndex(({ seq }) => seq > 0 && seq <= upTo)
}

export function countNew(
  messages: readonly ShownMessage[],
  seenSeq: number,
  myId: string | undefined,
): number {
  const isNew = (message: ShownMessage) => message.seq > 0 && message.senderId !== myId && !message.deleted
  return messages.slice(lastConfirmed(messages, seenSeq) + 1).filter(isNew).length
}
