import type { Member, Message, RoomListItem } from '@roomful/protocol'

/**
 * About the bytes of one reply, counted in characters: a reader whose line is slow gets something to show before all is
 * there, and no reply, whatever is asked for and whatever others have written, is more than the process bears.
 */
export const REPLY_CHARACTERS = 500_000
/** A row's fields beside those that are counted, roughly. */
const ROW_CHARACTERS = 400
const MEMBER_CHARACTERS = 200

export function messageSize({ content, metadata, reactions }: Message): number {
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

/** The first of these that fit, and at least one: what is asked for again and again gets on. */
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
