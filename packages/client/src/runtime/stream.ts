import { asRoomId, LIMITS } from '@roomful/protocol/plain'
import { at, covers } from '../core/timeline'
import { shownRow } from '../core/view/overlay'
import type { Room, ShownMessage } from '../room'
import { type HandleRoom, until } from './handle-context'

/** A page that the server could not answer is asked for again after this long. */
const RETRY_MS = 1_000

/**
 * Every message once, in order of seq, with nothing left out: from the rows that are held where they are, by pages where
 * not. Nothing runs ahead of the consumer. A message deleted before its turn is skipped. Ends with the signal; throws
 * when the room is removed or the chat is stopped.
 */
export function createRoomStream(room: HandleRoom, opening: Pick<Room, 'open' | 'close'>): Room['stream'] {
  return ({ after, signal } = {}) => ({
    [Symbol.asyncIterator]: () => messages(room, opening, after, signal),
  })
}

async function* messages(
  room: HandleRoom,
  opening: Pick<Room, 'open' | 'close'>,
  after: number | undefined,
  signal: AbortSignal | undefined,
): AsyncGenerator<ShownMessage, void> {
  if (signal?.aborted) return
  const { cell } = room
  void opening.open()
  try {
    let seq =
      after ??
      (await until(
        room,
        () => cell.core.removed ?? (cell.core.fresh ? cell.core.lastSeq : undefined),
        signal,
      ))
    while (seq !== undefined && !signal?.aborted) {
      const wanted: number = seq + 1
      const where = await until(room, () => whereIs(room, wanted), signal)
      if (where === undefined) return
      if (where === 'missing') {
        seq = yield* fetched(room, wanted, signal)
        continue
      }
      const row = at(cell.core.timeline, wanted)
      seq = wanted
      if (row && !row.deleted) yield shownRow(row, cell.core.keys.get(row.id) ?? row.id, [], cell.core)
    }
  } finally {
    opening.close()
  }
}

/** Held; missing, though the room has it; or not there yet. */
function whereIs({ cell: { core } }: HandleRoom, seq: number) {
  if (core.removed !== null) return core.removed
  if (covers(core.timeline, seq)) return 'held'
  return core.fresh && core.tail !== null && seq <= core.tail ? 'missing' : undefined
}

/** For the stream alone: a reader far behind must not push the viewer's window away. Answers the last seq that is dealt with. */
async function* fetched(
  room: HandleRoom,
  from: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<ShownMessage, number> {
  const { session, cell } = room
  const query = {
    roomId: asRoomId(room.id),
    afterSeq: from - 1,
    limit: LIMITS.historyPage,
    includeDeleted: true,
  }
  const result = await session.ask('fetch-history', query)
  if (!result.ok) {
    if (result.error?.retry === 'never') throw result.error
    await new Promise<void>((resolve) => void session.clock.setTimer(RETRY_MS, resolve))
    return from - 1
  }
  const { messages: rows, toSeq } = result.ack
  for (const row of rows) {
    if (signal?.aborted) return row.seq - 1
    const held = at(cell.core.timeline, row.seq) ?? row
    if (!held.deleted) yield shownRow(held, cell.core.keys.get(held.id) ?? held.id, [], cell.core)
  }
  return Math.max(toSeq, from - 1)
}
