import type { Change } from '@roomful/protocol'
import { TYPING_TTL_MS } from '@roomful/protocol/plain'
import { amended, type RoomCore } from './room-core'
import type { RoomEvent } from './room-event'

/** Users who are shown as typing at once; a view names a few. Another one is, as soon as one of them has ended (I15). */
export const TYPING_MAX = 100

/** A signal, or its end (`until` not after `now`). The receiver ends it by itself: a lost end must not type for ever. */
export function onTyping(core: RoomCore, event: Extract<RoomEvent, { type: 'typing' }>): RoomCore {
  const { userId, name, now } = event
  if (userId === core.me) return core
  if (event.until <= now) return withoutTyping(core, [userId])
  if (core.typing.size >= TYPING_MAX && !core.typing.has(userId)) return core
  const until = Math.min(event.until, now + TYPING_TTL_MS)
  return amended(core, { typing: new Map(core.typing).set(userId, { name, until }) })
}

/** Who has sent is not typing any more. */
export function typingEnded(core: RoomCore, changes: readonly Change[]): RoomCore {
  if (core.typing.size === 0) return core
  return withoutTyping(
    core,
    changes.flatMap((change) => (change.kind === 'message' ? [change.message.senderId] : [])),
  )
}

export function expireTyping(core: RoomCore, now: number): RoomCore {
  const over = [...core.typing].filter(([, { until }]) => until <= now).map(([userId]) => userId)
  return withoutTyping(core, over)
}

function withoutTyping(core: RoomCore, userIds: readonly string[]): RoomCore {
  if (!userIds.some((userId) => core.typing.has(userId))) return core
  const typing = new Map(core.typing)
  for (const userId of userIds) typing.delete(userId)
  return amended(core, { typing })
}
