import type { Message } from '@roomful/protocol'
import { asRoomId, LIMITS } from '@roomful/protocol/plain'
import { type Asked, nowAndRandom } from '../engine/engine-context'
import { ChatError } from '../model/chat-error'
import { longerHold, NO_HOLD } from '../model/hold'
import { keyOf } from '../model/rows/own-rows'
import { shownRow } from '../model/view/overlay'
import { TIMER_MOST_MS } from '../platform/clock'
import type { HistoryOptions, Room, ShownMessage } from '../room'
import { type HandleRoom, until } from './handle-context'
import { leavable } from './leavable'

type Page = Extract<Asked<'fetch-history'>, { ok: true }>['ack']

/** What is there, page by page, as its consumer takes it. */
export function createRoomHistory(room: HandleRoom): Room['history'] {
  return ({ signal, ...options } = {}) => leavable(signal, (left) => messages(room, options, left))
}

async function* messages(
  room: HandleRoom,
  { order = 'oldest', ...range }: HistoryOptions,
  signal: AbortSignal,
): AsyncGenerator<ShownMessage, void> {
  const { model } = room.slot
  const after = seqOf(range.after, 'after') ?? 0
  let before = seqOf(range.before, 'before')
  const rows = order === 'newest' ? backwards(room, after, before, signal) : forwards()
  for await (const row of rows)
    if (!row.deleted) yield shownRow(row, keyOf(row, model.me), [], room.slot.model)

  async function* forwards(): AsyncGenerator<Message, void> {
    let minRev = 0
    for (let place = after; before === undefined || place + 1 < before; ) {
      const page = await pageOf(room, { afterSeq: place }, minRev, signal)
      if (page === undefined) return
      // What comes later is not of this loop: it would never end in a busy room.
      before ??= page.lastSeq + 1
      minRev = page.rev
      for (const row of page.messages) if (row.seq < before) yield row
      if (page.toSeq <= place) return
      place = page.toSeq
    }
  }
}

async function* backwards(
  room: HandleRoom,
  after: number,
  before: number | undefined,
  signal: AbortSignal,
): AsyncGenerator<Message, void> {
  for (let place = before; place === undefined || place > after + 1; ) {
    const page = await pageOf(room, place === undefined ? {} : { beforeSeq: place }, 0, signal)
    if (page === undefined) return
    for (const row of [...page.messages].reverse()) if (row.seq > after) yield row
    if (page.toSeq < page.fromSeq || page.fromSeq <= page.floorSeq) return
    place = page.fromSeq
  }
}

/** One page, however often it has to be asked for. Undefined: the loop was left. */
async function pageOf(
  room: HandleRoom,
  place: { afterSeq?: number; beforeSeq?: number },
  minRev: number,
  signal: AbortSignal,
): Promise<Page | undefined> {
  const { engine, slot, id } = room
  const { clock } = engine
  const query = { roomId: asRoomId(id), ...place, limit: LIMITS.historyPage, includeDeleted: true, minRev }
  room.start()
  for (let hold = NO_HOLD; ; ) {
    const isReady = await until(
      room,
      () => (slot.model.connection === 'up' && hold.until <= clock.now() ? true : undefined),
      signal,
      (check) => clock.setTimer(Math.min(Math.max(0, hold.until - clock.now()), TIMER_MOST_MS), check),
    )
    if (isReady === undefined) return undefined
    let answer: Asked<'fetch-history'> | undefined
    const asked = engine.ask('fetch-history', query)
    const result = await until(
      room,
      () => answer,
      signal,
      (check) => {
        void asked.then((given) => {
          answer = given
          check()
        })
        return () => {}
      },
    )
    if (result === undefined) return undefined
    // From a reader that lags behind: asked again, later.
    if (result.ok && result.ack.rev >= minRev) return result.ack
    const error = result.ok ? null : result.error
    if (error?.retry === 'never') throw error
    hold = longerHold(hold, error, nowAndRandom(engine))
  }
}

function seqOf(given: number | undefined, field: string): number | undefined {
  if (given === undefined) return undefined
  if (typeof given !== 'number' || Number.isNaN(given))
    throw new ChatError('INVALID_PAYLOAD', `${field} is not a number`, { field })
  return Math.max(0, Math.min(Number.MAX_SAFE_INTEGER, Math.floor(given)))
}
