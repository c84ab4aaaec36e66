import type { Member, Message, RoomListItem } from '@roomful/protocol'

/**
 * Approximate size of one reply, in characters: a client on a slow connection gets something to show before everything
 * has arrived, and no reply is more than the process can bear, whatever is asked for.
 */
export const REPLY_CHARACTERS = 500_000
/** A row's other fields, roughly. */
const ROW_CHARACTERS = 400
const MEMBER_CHARACTERS = 200

/** Of a pin too: it is as a message without some of its fields. */
export function messageSize({
  content,
  metadata,
  reactions = [],
}: Pick<Message, 'content'> & Partial<Message>): number {
  let size = ROW_CHARACTERS + content.length
  if (metadata) size += JSON.stringify(metadata).length
  for (const { emoji, users } of reactions)
    size += users.reduce((sum, user) => sum + user.length + 3, emoji.length + 40)
  return size
}

export const memberSize = ({ userId, name }: Member): number =>
  MEMBER_CHARACTERS + userId.length + name.length

export function readsSize(reads: Readonly<Record<string, number>>): number {
  return Object.keys(reads).reduce((sum, userId) => sum + userId.length + 12, 0)
}

export function itemSize({ room, preview }: RoomListItem): number {
  const { name, metadata, settings } = room
  const row = ROW_CHARACTERS + name.length + JSON.stringify([metadata, settings]).length
  return row + (preview ? 200 + preview.content.length : 0)
}

/** The first of these that fit, and at least one, so that repeated requests make progress. */
export function whatFits<T>(
  items: readonly T[],
  sizeOf: (item: T) => number,
  characters: number,
): readonly T[] {
  let left = characters
  const end = items.findIndex((item, index) => {
    left -= sizeOf(item)
    return left < 0 && index > 0
  })
  return end < 0 ? items : items.slice(0, end)
}
