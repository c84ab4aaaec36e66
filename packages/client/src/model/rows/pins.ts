import type { Change, Pin } from '@roomful/protocol'
import { pinOf, pinsInOrder } from '@roomful/protocol/plain'

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
  return pinsInOrder([...pins.filter((other) => other !== held), pin])
}

const isSame = (a: Pin, b: Pin): boolean =>
  a.content === b.content && a.pinned.at === b.pinned.at && a.pinned.by === b.pinned.by
