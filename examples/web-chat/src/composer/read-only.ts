import type { RoomState } from '@roomful/client'

/** Why the user cannot write here, or null. */
export function whyReadOnly({ room, role }: RoomState): string | null {
  if (room?.settings.archived) return 'This room is archived. Nobody can write in it any more.'
  if (room?.settings.readOnly && role === 'member') return 'Only the owners of this room can write in it.'
  return null
}

/** Until when the user is muted, in milliseconds since the epoch; null: they may write. */
export function mutedUntil({ members }: RoomState, myId: string | undefined): number | null {
  const until = members.find(({ userId }) => userId === myId)?.mutedUntil
  return until === undefined ? null : Date.parse(until)
}

/**
 * In slow mode: when the next message may be sent, in milliseconds since the epoch by this device's clock; null: now.
 * `seenAt`: since when this device has known a message, by its key. A message is no younger than that, whatever the
 * server's clock says.
 */
export function slowUntil(
  { room, role, messages }: RoomState,
  myId: string | undefined,
  seenAt: (key: string) => number,
): number | null {
  const seconds = room?.settings.slowModeSeconds ?? 0
  if (seconds === 0 || role !== 'member') return null
  const last = messages.findLast((message) => isOwnSend(message, myId))
  return last ? Math.min(Date.parse(last.createdAt), seenAt(last.key)) + seconds * 1_000 : null
}

/** Remembers when it was first asked for the newest key. */
export function firstSeen(now: () => number = Date.now): (key: string) => number {
  let seen: { readonly key: string; readonly at: number } | undefined
  return (key) => {
    if (seen?.key !== key) seen = { key, at: now() }
    return seen.at
  }
}

/** A message about the user, such as that they joined, is not one of theirs. */
const isOwnSend = (
  { senderId, status, type }: RoomState['messages'][number],
  myId: string | undefined,
): boolean => senderId === myId && status !== 'failed' && type !== 'system'
