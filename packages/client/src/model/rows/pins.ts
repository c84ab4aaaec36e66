import type { Change, Pin } from '@roomful/protocol'
import { LIMITS, pinOf, pinsInOrder } from '@roomful/protocol/plain'

/**
 * The pins after one more change. As of the cursor, and so only in rev order: a change is of one whole row, and the list
 * needs no rev of each. The same list where nothing of it changed.
 */
export function carryPins(pins: readonly Pin[], change: Change): readonly Pin[] {
  if (change.kind !== 'message') return pins
  const pin = pinOf(change.message)
  const held = pins.find(({ messageId }) => messageId === change.message.id)
  if (pin === undefined) return held === undefined ? pins : pins.filter((other) => other !== held)
  if (held && isSame(held, pin)) return pins
  return pinsInOrder(bounded([...pins.filter((other) => other !== held), pin]))
}

/** No event says that the oldest messages were purged: where there are too many, those are what has gone (I15). */
const bounded = (pins: readonly Pin[]): readonly Pin[] =>
  pins.length <= LIMITS.pins ? pins : [...pins].sort((a, b) => b.seq - a.seq).slice(0, LIMITS.pins)

const isSame = (a: Pin, b: Pin): boolean =>
  a.content === b.content && a.pinned.at === b.pinned.at && a.pinned.by === b.pinned.by
