import type { Message } from '@roomful/protocol'
import { amended, type RoomCore } from '../room/room-core'
import { ended, entryOf, retarget } from './outbox'

/** Own rows past the tail that are kept: of a room that nobody looks at the newest are enough (I15). */
export const AFLOAT_MAX = 200

/**
 * An own message is confirmed: by ack, by changes, in a delta or page, from another tab; in any order and repeatedly.
 * Matched by (sender is me, clientId), and only the first has an effect (I8): then the entry is gone. The row is
 * afloat until the tail reaches it, so that it does not vanish in between (I19).
 */
export function confirm(core: RoomCore, row: Message): RoomCore {
  if (row.senderId !== core.me) return core
  const { clientId } = row
  const renewed = renewAfloat(core, row)
  if (clientId === undefined || entryOf(core.outbox, clientId)?.kind !== 'send') return renewed
  const outbox = ended(retarget(core.outbox, clientId, { id: row.id }), clientId, { row })
  const isPast = core.tail === null || row.seq > core.tail
  return amended(renewed, { outbox, afloat: isPast ? withAfloat(renewed.afloat, row) : renewed.afloat })
}

function withAfloat(afloat: readonly Message[], row: Message): readonly Message[] {
  const isLast = (afloat.at(-1)?.seq ?? 0) < row.seq
  const rows = isLast ? [...afloat, row] : [...afloat, row].sort((a, b) => a.seq - b.seq)
  return rows.length > AFLOAT_MAX ? rows.slice(-AFLOAT_MAX) : rows
}

function renewAfloat(core: RoomCore, row: Message): RoomCore {
  if (!core.afloat.some((held) => held.id === row.id && held.rev < row.rev)) return core
  return amended(core, { afloat: core.afloat.map((held) => (held.id === row.id ? row : held)) })
}
