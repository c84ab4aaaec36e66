import { isGrowing, type Room, type ShownMessage } from '@roomful/client'

/** Messages whose end is waited for; further ones are printed as they are. */
const MOST = 200

/** Holds messages back that still grow, and prints each once, when it has ended. */
export function createGrowing(
  room: Pick<Room, 'subscribe' | 'messages'>,
  print: (message: ShownMessage) => Promise<void>,
) {
  const held = new Map<ShownMessage['id'], ShownMessage>()

  room.subscribe(() => {
    if (held.size === 0) return
    const shown = new Map(room.messages().map((message) => [message.id, message]))
    for (const [id, last] of held) {
      const now = shown.get(id)
      // One that has left what is loaded is printed as it was seen last.
      if (now && isGrowing(now)) held.set(id, now)
      else {
        held.delete(id)
        const ended = now ?? last
        if (!ended.deleted) void print(ended)
      }
    }
  })

  return {
    holds(message: ShownMessage): boolean {
      if (!isGrowing(message) || held.size >= MOST) return false
      held.set(message.id, message)
      return true
    },
  }
}
