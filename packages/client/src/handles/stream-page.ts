import type { Message } from '@roomful/protocol'
import { asRoomId, LIMITS } from '@roomful/protocol/plain'
import type { ChatError } from '../model/chat-error'
import { withMine } from '../model/rows/reactions'
import type { HandleRoom } from './handle-context'

const { historyPage } = LIMITS

/** How a page was answered. `error` null: no answer, or one that cannot be used. */
export type Loaded = { readonly ok: true } | { readonly ok: false; readonly error: ChatError | null }

export type StreamPage = {
  /** Is it known what is at this seq, even if it is nothing? */
  holds(seq: number): boolean
  rowAt(seq: number): Message | undefined
  /** The first seq that is not purged, as far as the pages show. */
  floor(): number
  /** In place of what was held. */
  load(from: number): Promise<Loaded>
  end(): void
}

/**
 * One page of the history for one stream: a reader far behind must not push the viewer's window away. Its rows are kept
 * as they are now, until their turn has come: changes are laid over them, and where changes may have been missed they go.
 */
export function createStreamPage({ id, slot, engine }: HandleRoom): StreamPage {
  let rows = new Map<number, Message>()
  let first = 1
  let last = 0
  let floor = 1

  const clear = (from: number): void => {
    rows = new Map()
    first = from
    last = from - 1
    floor = 1
  }

  /** Also before the answer is in, which may be older. */
  const renew = (row: Message, actor?: string): void => {
    const held = rows.get(row.seq)
    const isIn = row.seq >= first && row.seq < first + historyPage
    if (isIn && (held?.rev ?? 0) < row.rev) rows.set(row.seq, withMine(row, held, slot.model.me, actor))
  }

  const end = engine.store.watch((_before, _after, event) => {
    if (event.type === 'changes')
      for (const change of event.changes) change.kind === 'message' && renew(change.message, change.actor)
    else if (event.type === 'answered')
      for (const answer of event.answers) 'row' in answer && answer.row && renew(answer.row)
    // A sync has changes only where the room itself holds rows.
    else if (event.type === 'sync-answered' || event.type === 'epoch-changed') clear(first)
  }, id)

  return {
    holds: (seq) => seq >= first && seq <= last,
    rowAt: (seq) => rows.get(seq),
    floor: () => floor,
    end,
    load: async (from) => {
      clear(from)
      const asked = rows
      const { me, sync } = slot.model
      const minRev = sync.cursor
      const query = { afterSeq: from - 1, limit: historyPage, includeDeleted: true, minRev }
      const result = await engine.ask('fetch-history', { roomId: asRoomId(id), ...query })
      if (!result.ok) return { ok: false, error: result.error }
      const page = result.ack
      floor = page.floorSeq
      // From a reader that lags behind, or empty although there is something.
      if (page.rev < minRev || page.toSeq < from) return { ok: false, error: null }
      // Changes may have been missed since it was asked for: it is asked for again.
      if (rows !== asked) return { ok: true }
      for (const row of page.messages) {
        const late = rows.get(row.seq)
        rows.set(row.seq, late && late.rev > row.rev ? withMine(late, row, me) : row)
      }
      // What the room does not know of yet comes by the room.
      last = Math.min(page.toSeq, from + historyPage - 1, slot.model.rows.lastSeq)
      return { ok: true }
    },
  }
}
