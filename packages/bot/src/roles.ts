import type { EventContext } from './context'
import type { Role } from './handlers'

/** So many members are looked through for the sender, a hundred a request. */
const PAGES_MOST = 100

/**
 * The role of a user in the room. From the members that the client keeps; in a room of more than 200, which it does not keep
 * whole, from the server, by their order.
 */
export async function roleIn(
  { chat, room, signal }: EventContext,
  userId: string,
): Promise<Role | undefined> {
  const { members, hasMoreMembers } = room.getState()
  const kept = members.find((member) => member.userId === userId)
  if (kept || !hasMoreMembers) return kept?.role
  let after: string | undefined
  for (let page = 0; page < PAGES_MOST; page++) {
    const query = { roomId: room.id, ...(after === undefined ? {} : { after }) }
    const { members: rows, next } = await chat.request('fetch-members', query, { signal })
    const row = rows.find((member) => member.userId === userId)
    if (row) return row.role
    if (next === undefined || next > userId) return undefined
    after = next
  }
  return undefined
}
