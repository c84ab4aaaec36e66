import type { RoomListItem } from '@roomful/protocol'
import { ChatError } from '../core/chat-error'
import type { Session } from './session'

/** What a removed room says. The server tells missing and hidden apart for nobody, so neither does this. */
export const gone = (): ChatError =>
  new ChatError('ROOM_NOT_FOUND', 'You are not in this room, or it is gone')

/**
 * The user's whole room list: what is on it, and by its absence what is not any more. Only what was listed when it was
 * asked for: a room that was made since is not on it yet.
 */
export function applyList(
  session: Session,
  items: readonly RoomListItem[],
  listedBefore: ReadonlySet<string>,
): void {
  const { cells, clock } = session
  const listed = new Set<string>()
  for (const item of items) {
    listed.add(item.room.id)
    cells.dispatch(item.room.id, { type: 'listed', item, now: clock.now() })
  }
  for (const { core } of cells.all())
    if (core.listed && listedBefore.has(core.id) && !listed.has(core.id))
      cells.dispatch(core.id, { type: 'removed', error: gone() })
}

export function listedRooms({ cells }: Session): ReadonlySet<string> {
  const ids = new Set<string>()
  for (const { core } of cells.all()) if (core.listed) ids.add(core.id)
  return ids
}

/** The server's history is another one: no cursor means anything any more, and every room is synced anew. */
export function applyEpoch(session: Session, epoch: string): void {
  const { cells } = session
  const known = cells.chat().epoch
  if (known === epoch) return
  cells.dispatchChat({ type: 'epoch', epoch })
  if (known === null) return
  for (const { core } of cells.all()) cells.dispatch(core.id, { type: 'epoch-changed' })
}
