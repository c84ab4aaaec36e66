import type { Message, Pin } from '@roomful/protocol'
import { asUserId, cutContent, pinOf, pinsInOrder } from '@roomful/protocol/plain'
import { isTargeted, type PinEntry } from '../outbox/entry'
import { entriesAbout } from '../outbox/entry-list'
import type { RoomModel } from '../room/room-model'
import { carryPins } from '../rows/pins'
import { at, seqOf } from '../rows/timeline'
import { sameList } from './shown-messages'

/** What the list of pins is made of. */
const inputOf = ({ rows, sync, outbox, me }: RoomModel): readonly unknown[] => [
  ...[rows.pins, rows.floorSeq, sync.outOfOrder, outbox.entries, me],
  // The row of a message that is being pinned; without one nothing of the timeline is looked at.
  outbox.entries.totals.pins > 0 && rows.timeline,
]

/** The pins as shown: as of the cursor, with what came past it, and with what is on its way laid over them. */
export function createShownPins(): (model: RoomModel) => readonly Pin[] {
  let last: { input: readonly unknown[]; pins: readonly Pin[] } | undefined
  return (model) => {
    const input = inputOf(model)
    if (last && sameList(last.input, input)) return last.pins
    const pins = shownPins(model)
    last = { input, pins: last && sameList(last.pins, pins) ? last.pins : pins }
    return last.pins
  }
}

function shownPins(model: RoomModel): readonly Pin[] {
  const { rows, sync } = model
  const ahead = [...sync.outOfOrder.values()].sort((a, b) => a.rev - b.rev)
  const pins = ahead.reduce(carryPins, rows.pins)
  const kept = pins.flatMap((pin) => (pin.seq < rows.floorSeq ? [] : (withOps(model, pin) ?? [])))
  const fresh = pendingPins(model).filter(({ messageId }) => !kept.some((pin) => pin.messageId === messageId))
  return kept.length === pins.length && fresh.length === 0 ? kept : pinsInOrder([...fresh, ...kept])
}

/** Undefined: it is being taken away, or its message is. */
function withOps({ outbox }: RoomModel, pin: Pin): Pin | undefined {
  let shown: Pin | undefined = pin
  for (const op of entriesAbout(outbox.entries, pin.messageId).filter(isTargeted)) {
    if (op.kind === 'delete') return undefined
    if (op.kind === 'pin') shown = op.op === 'add' ? pin : undefined
    if (op.kind === 'edit' && shown) shown = { ...shown, content: cutContent(op.content) }
  }
  return shown
}

/** Of messages that are held; one that waits to be sent comes once it is confirmed. */
function pendingPins({ rows, outbox, me }: RoomModel): readonly Pin[] {
  const { chunks, totals } = outbox.entries
  if (totals.pins === 0) return []
  const entries = chunks.flatMap((chunk) =>
    chunk.totals.pins > 0 ? chunk.entries.filter((entry): entry is PinEntry => entry.kind === 'pin') : [],
  )
  return entries.flatMap(({ target, op, at: pinnedAt }) => {
    const row: Message | undefined =
      'id' in target ? at(rows.timeline, seqOf(rows.timeline, target.id) ?? 0) : undefined
    if (op === 'remove' || row === undefined || row.deleted || row.pinned) return []
    return pinOf({ ...row, pinned: { by: asUserId(me ?? ''), at: pinnedAt } }) ?? []
  })
}
