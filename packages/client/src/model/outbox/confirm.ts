import type { Message } from '@roomful/protocol'
import type { RoomModel } from '../room/room-model'
import { renewPastTail, withConfirmed } from '../rows/rows'
import { ended, entryOf, retarget } from './outbox'

/**
 * An own message is confirmed: by ack, by changes, in a delta or page, from another tab; in any order and repeatedly.
 * Matched by (sender is me, clientId), and only the first has an effect (I8): then the entry is gone. The row is kept
 * past the tail until the tail reaches it, so that it does not vanish in between (I19).
 */
export function confirm(model: RoomModel, row: Message): RoomModel {
  if (row.senderId !== model.me) return model
  const { clientId } = row
  const rows = renewPastTail(model.rows, row)
  const renewed = rows === model.rows ? model : { ...model, rows }
  if (clientId === undefined || entryOf(model.outbox, clientId)?.kind !== 'send') return renewed
  const outbox = ended(retarget(model.outbox, clientId, { id: row.id }), clientId, { row })
  return { ...renewed, outbox, rows: withConfirmed(rows, row) }
}
