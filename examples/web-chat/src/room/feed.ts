import type { ShownMessage } from '@roomful/client'
import { dayOf } from '../text/time'

/** One message and its place among its neighbours. */
export type FeedItem = {
  readonly message: ShownMessage
  /** The first of a day: a day divider goes before it. */
  readonly startsDay: boolean
  /** The first of its group, with name and time. */
  readonly startsGroup: boolean
  /** The first that is unread: the divider goes before it. */
  readonly startsUnread: boolean
  /** Its place among all messages of the room; unsent ones come after the last. */
  readonly position: number
}

/** A group is what one sender wrote within this time of its first message; the others show theirs on hover. */
const GROUP_MS = 5 * 60_000

export function feedOf(messages: readonly ShownMessage[], dividerSeq: number | null): FeedItem[] {
  let previous: ShownMessage | undefined
  let groupAt = Number.NaN
  let minute = Number.NaN
  let day = ''
  let position = 0
  let seeksUnread = dividerSeq !== null
  return messages.map((message) => {
    const at = Date.parse(message.createdAt)
    const thisMinute = Math.floor(at / 60_000)
    // Formatting a day costs more than all the rest, and within a minute it is the same one.
    const thisDay = thisMinute === minute ? day : dayOf(message.createdAt)
    const startsDay = thisDay !== day
    const startsUnread = seeksUnread && message.seq > (dividerSeq ?? 0)
    const isLater = !(Math.abs(at - groupAt) < GROUP_MS)
    const startsGroup = startsDay || startsUnread || isLater || !previous || !isOneSender(previous, message)
    if (startsUnread) seeksUnread = false
    if (startsGroup) groupAt = at
    position = message.seq > 0 ? message.seq : position + 1
    previous = message
    minute = thisMinute
    day = thisDay
    return { message, startsDay, startsGroup, startsUnread, position }
  })
}

function isOneSender(a: ShownMessage, b: ShownMessage): boolean {
  return a.senderId === b.senderId && a.type !== 'system' && b.type !== 'system'
}
