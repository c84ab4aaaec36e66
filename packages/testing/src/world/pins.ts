import type { unstable_RoomCore as RoomModel, RoomState } from '@roomful/client'
import type { Pin } from '@roomful/protocol'
import { pinsIn, type TrueRoom } from './truth'

/** P5 for the pins of a room whose cursor is at the head: they are the server's, loaded or not. */
export function pinsProblem({ rows, people, sync }: RoomModel, truth: TrueRoom): string | undefined {
  if (!people.membersKnown || sync.cursor !== truth.rev) return undefined
  // What was purged below the floor no event reports: it is not shown.
  const [held, wanted] = [rows.pins.filter(({ seq }) => seq >= rows.floorSeq), pinsIn(truth, rows.floorSeq)]
  return same(held, wanted)
    ? undefined
    : `P5: at rev ${truth.rev} the pins are ${seqsOf(held)}, the server's ${seqsOf(wanted)}`
}

/** P5: nothing is on its way any more, so what is shown is what is held. */
export function shownPinsProblem({ pins }: RoomState, { rows, outbox }: RoomModel): string | undefined {
  if (outbox.entries.size > 0) return undefined
  const held = rows.pins.filter(({ seq }) => seq >= rows.floorSeq)
  return same(pins, held) ? undefined : `P5: the pins shown are ${seqsOf(pins)}, those held ${seqsOf(held)}`
}

const same = (a: readonly Pin[], b: readonly Pin[]): boolean => JSON.stringify(a) === JSON.stringify(b)
const seqsOf = (pins: readonly Pin[]): string => `[${pins.map(({ seq }) => seq).join()}]`
