import type { Change } from '@roomful/protocol'
import { TYPING_TTL_MS } from '@roomful/protocol/plain'
import type { RoomEvent } from '../room/room-event'
import type { People } from './people'

/** Users who are shown as typing at once; a view names a few. Another one is, as soon as one of them has ended (I15). */
export const TYPING_MAX = 100

/** A signal, or its end (`until` not after `now`). The receiver ends it by itself: a lost end must not type for ever. */
export function onTyping(
  people: People,
  me: string | null,
  { userId, name, avatarUrl, now, until }: Extract<RoomEvent, { type: 'typing' }>,
): People {
  const { typing } = people
  if (userId === me) return people
  if (until <= now) return withoutTyping(people, [userId])
  if (typing.size >= TYPING_MAX && !typing.has(userId)) return people
  const picture = avatarUrl === undefined ? {} : { avatarUrl }
  const typist = { name, ...picture, until: Math.min(until, now + TYPING_TTL_MS) }
  return { ...people, typing: new Map(typing).set(userId, typist) }
}

/** The sender of a message is not typing any more. */
export function typingEnded(people: People, changes: readonly Change[]): People {
  if (people.typing.size === 0) return people
  return withoutTyping(
    people,
    changes.flatMap((change) => (change.kind === 'message' ? [change.message.senderId] : [])),
  )
}

export function expireTyping(people: People, now: number): People {
  const over = [...people.typing].filter(([, { until }]) => until <= now).map(([userId]) => userId)
  return withoutTyping(people, over)
}

function withoutTyping(people: People, userIds: readonly string[]): People {
  if (!userIds.some((userId) => people.typing.has(userId))) return people
  const typing = new Map(people.typing)
  for (const userId of userIds) typing.delete(userId)
  return { ...people, typing }
}
