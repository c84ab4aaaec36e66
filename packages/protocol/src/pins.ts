import { LIMITS } from './limits'
import type { Message, Pin } from './rows'

const CUT = new RegExp(`^.{0,${LIMITS.previewCodePoints}}`, 'su')

/** As much of a message's content as previews and pins have: cut between code points, for half a pair is refused by stores. */
export const cutContent = (content: string): string => CUT.exec(content)?.[0] ?? ''

/** A message in the list of pins; undefined where it is not pinned. Both sides make it so, and so hold the same list. */
export function pinOf(message: Omit<Message, 'reactions'>): Pin | undefined {
  const { id: messageId, seq, senderId, senderName, type, createdAt, pinned } = message
  if (pinned === undefined) return undefined
  return {
    messageId,
    seq,
    senderId,
    senderName,
    type,
    content: cutContent(message.content),
    createdAt,
    pinned,
  }
}

/** The newest pin first; of one moment, the later message. */
export const pinsInOrder = (pins: readonly Pin[]): Pin[] =>
  [...pins].sort((a, b) => compare(b.pinned.at, a.pinned.at) || b.seq - a.seq)

/** ISO times in UTC sort as text. */
const compare = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1)
