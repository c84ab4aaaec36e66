import type { Member, Message, RoomListItem } from '@roomful/protocol'

const utf8 = new TextEncoder()
/** By the platform: counted in JS it takes twenty times as long, and pages that run the server have no Buffer. */
const bytesOf = (text: string): number => utf8.encode(text).length

/**
 * Approximate size of one reply, in bytes: a client on a slow connection gets something to show before everything
 * has arrived, and no reply is more than the process can bear, whatever is asked for.
 */
export const REPLY_BYTES = 500_000
/** A row's other fields, roughly. */
const ROW_BYTES = 400
const MEMBER_BYTES = 200

/** Of a pin too: it is as a message without some of its fields. */
export function messageSize({
  content,
  metadata,
  reactions = [],
}: Pick<Message, 'content'> & Partial<Message>): number {
  let size = ROW_BYTES + bytesOf(content)
  if (metadata) size += bytesOf(JSON.stringify(metadata))
  for (const { emoji, users } of reactions)
    size += users.reduce((sum, user) => sum + user.length + 3, emoji.length + 40)
  return size
}

export const memberSize = ({ userId, name }: Member): number => MEMBER_BYTES + userId.length + bytesOf(name)

export function readsSize(reads: Readonly<Record<string, number>>): number {
  return Object.keys(reads).reduce((sum, userId) => sum + userId.length + 12, 0)
}

export function itemSize({ room, preview }: RoomListItem): number {
  const { name, metadata, settings } = room
  const row = ROW_BYTES + bytesOf(name) + bytesOf(JSON.stringify([metadata, settings]))
  return row + (preview ? 200 + bytesOf(preview.content) : 0)
}

/** The first of these that fit, and at least one, so that repeated requests make progress. */
export function whatFits<T>(items: readonly T[], sizeOf: (item: T) => number, bytes: number): readonly T[] {
  let left = bytes
  const end = items.findIndex((item, index) => {
    left -= sizeOf(item)
    return left < 0 && index > 0
  })
  return end < 0 ? items : items.slice(0, end)
}
