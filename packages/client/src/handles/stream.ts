import { LIMITS } from '@roomful/protocol/plain'
import { nowAndRandom } from '../engine/engine-context'
import { assertNever } from '../model/assert-never'
import { ChatError } from '../model/chat-error'
import { longerHold, NO_HOLD, relaxed } from '../model/hold'
import { keyOf } from '../model/rows/own-rows'
import { at, covers } from '../model/rows/timeline'
import { shownRow } from '../model/view/overlay'
import { TIMER_MOST_MS } from '../platform/clock'
import type { Room, ShownMessage, StreamPlace } from '../room'
import { type HandleRoom, until } from './handle-context'
import { leavable } from './leavable'
import { createStreamPage, type Loaded } from './stream-page'

type Opening = Pick<Room, 'open' | 'close'>

/**
 * Every message once, in order of seq, with nothing left out: from held rows if possible, otherwise by pages. Nothing
 * runs ahead of the consumer. A message deleted before its turn is skipped. It ends at once with the signal and with
 * `return`, even during a wait, and throws when the room is removed or the chat is stopped.
 */
export function createRoomStream(room: HandleRoom, opening: Opening): Room['stream'] {
  return ({ signal, ...place } = {}) => leavable(signal, (left) => messages(room, opening, place, left))
}

/**
 * The next step.
 *
 *   begin ──head known──▶ held ──not in memory──▶ missing ──page──▶ held
 *                           │ another history, or one that ends before this place
 *                           ▼
 *                         lost ──▶ back, row by row, to the last that was given ──▶ held
 */
type Step = 'begin' | 'lost' | 'back' | 'held' | 'missing'

async function* messages(
  room: HandleRoom,
  opening: Opening,
  given: StreamPlace,
  signal: AbortSignal,
): AsyncGenerator<ShownMessage, void> {
  const { slot, engine } = room
  const { clock } = engine
  const { chat } = engine.store
  /** The last place that is dealt with; undefined: not known yet. */
  let seq = startOf(given.after)
  /** When the message there was sent. */
  let seenAt = timeOf(given.since)
  let { wakes } = chat()
  let epoch = given.epoch ?? chat().epoch
  let isBack = false
  let hold = NO_HOLD

  void opening.open()
  const page = createStreamPage(room)

  const look = (): Step | ChatError | undefined => {
    const { model } = slot
    if (model.listing.removed !== null) return model.listing.removed
    // Of another history: what takes their place is still to come.
    if (model.rows.fromOldEpoch) return undefined
    const isWhole =
      model.sync.subscription === 'synced' &&
      model.rows.tail !== null &&
      model.sync.cursor >= model.sync.highestSeenRev
    if (isWhole) epoch ??= chat().epoch
    if (seq === undefined) return isWhole ? 'begin' : undefined
    if (isWhole && !isBack && (epoch !== chat().epoch || seq > model.rows.lastSeq)) return 'lost'
    const wanted = isBack ? seq : seq + 1
    if (wanted < floor() || isHeld(wanted)) return isBack ? 'back' : 'held'
    return model.sync.subscription === 'synced' && wanted <= (model.rows.tail ?? 0) && !isResting()
      ? 'missing'
      : undefined
  }
  const floor = (): number => Math.max(slot.model.rows.floorSeq, page.floor())
  const isHeld = (place: number): boolean => covers(slot.model.rows.timeline, place) || page.holds(place)
  const rowAt = (place: number) => at(slot.model.rows.timeline, place) ?? page.rowAt(place)

  /** After a page that failed. Waking ends it, but not what the server asked for. */
  const isResting = (): boolean => {
    if (wakes !== chat().wakes) {
      wakes = chat().wakes
      hold = relaxed(hold)
    }
    return hold.until > clock.now()
  }
  const resting = (check: () => void): (() => void) => {
    const waits = [hold.least, hold.until].map((time) => time - clock.now()).filter((ms) => ms > 0)
    const ends = waits.map((ms) => clock.setTimer(Math.min(ms, TIMER_MOST_MS), check))
    return () => {
      for (const stop of ends) stop()
    }
  }

  const loaded = (from: number): Promise<Loaded | undefined> => {
    let answer: Loaded | undefined
    return until(
      room,
      () => slot.model.listing.removed ?? answer,
      signal,
      (check) => {
        void page.load(from).then((result) => {
          answer = result
          check()
        })
        return () => {}
      },
    )
  }

  try {
    for (;;) {
      const step = await until(room, look, signal, resting)
      const place: number = seq ?? 0
      switch (step) {
        case undefined:
          return
        case 'begin':
          seq = slot.model.rows.lastSeq
          isBack = seenAt !== ''
          if (!isBack) seenAt = rowAt(seq)?.createdAt ?? ''
          epoch = chat().epoch
          break
        case 'lost':
          seq = Math.min(place, slot.model.rows.lastSeq)
          epoch = chat().epoch
          isBack = seenAt !== ''
          break
        case 'back':
          // What was sent since is new, though its number was another message's before.
          isBack = place >= floor() && (rowAt(place)?.createdAt ?? '') > seenAt
          if (isBack) seq = place - 1
          break
        case 'held': {
          seq = Math.max(place + 1, floor() - 1)
          const row = rowAt(place + 1)
          if (row) seenAt = row.createdAt
          if (row && !row.deleted) yield shownRow(row, keyOf(row, slot.model.me), [], slot.model)
          break
        }
        case 'missing': {
          const result = await loaded(isBack ? Math.max(1, place - LIMITS.historyPage + 1) : place + 1)
          if (result === undefined) return
          if (!result.ok && result.error?.retry === 'never') throw result.error
          hold = result.ok ? NO_HOLD : longerHold(hold, result.error, nowAndRandom(engine))
          break
        }
        default:
          assertNever(step)
      }
    }
  } finally {
    page.end()
    opening.close()
  }
}

/** `after` as a place before which all is dealt with: 0 and below is the beginning. */
function startOf(after: number | undefined): number | undefined {
  if (after === undefined) return undefined
  if (typeof after !== 'number' || Number.isNaN(after))
    throw new ChatError('INVALID_PAYLOAD', 'after is not a number', { field: 'after' })
  return Math.max(0, Math.floor(after))
}

/** As the server writes times, so that they compare as texts. '': none. */
function timeOf(since: string | undefined): string {
  if (since === undefined) return ''
  const ms = typeof since === 'string' ? Date.parse(since) : Number.NaN
  if (Number.isNaN(ms)) throw new ChatError('INVALID_PAYLOAD', 'since is not a time', { field: 'since' })
  return new Date(ms).toISOString()
}
