import type { StoredMessage } from '../../core/ops'
import type { MessageQuery } from '../../stores/port'

/** Selects a query's rows from the few that an ephemeral room has. `rows`: by seq. */
export function selectMessages(
  rows: readonly StoredMessage[],
  query: MessageQuery,
): readonly StoredMessage[] {
  const { fromSeq = 0, toSeq = Number.MAX_SAFE_INTEGER, afterRev = -1, includeDeleted, take, limit } = query
  const fitting = rows.filter(
    ({ seq, rev, deleted }) =>
      seq >= fromSeq && seq <= toSeq && rev > afterRev && (includeDeleted || !deleted),
  )
  switch (take) {
    case 'oldest':
      return fitting.slice(0, limit)
    case 'newest':
      return limit === 0 ? [] : fitting.slice(-limit)
    case 'rev':
      return fitting.sort((a, b) => a.rev - b.rev).slice(0, limit)
  }
}
