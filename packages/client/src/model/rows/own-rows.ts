import type { Message } from '@roomful/protocol'
import type { RoomModel } from '../room/room-model'
import { newestRow } from './timeline'

/**
 * The UI key of a message. An own one keeps its clientId, under which it was shown while in flight (I19): the server
 * never changes it, so nothing has to be remembered, and a reload or another device has the same key.
 */
export const keyOf = ({ id, senderId, clientId }: Message, me: string | null): string =>
  senderId === me && clientId !== undefined ? clientId : id

/** The row of an own message that is confirmed, by its clientId: while it is in memory, or among the latest that ended. */
export function ownRow({ rows, outbox, me }: RoomModel, clientId: string): Message | undefined {
  const isIt = (row: Message): boolean => row.senderId === me && row.clientId === clientId
  const ended = outbox.outcomes.findLast(({ id }) => id === clientId)?.outcome.row
  return ended ?? rows.pastTail.findLast(isIt) ?? newestRow(rows.timeline, isIt)
}
