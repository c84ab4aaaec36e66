import type { Change, Message } from '@roomful/protocol'
import { confirm } from '../outbox/confirm'
import type { RoomModel } from '../room/room-model'
import { mergeRow } from '../rows/merge'
import { withMine } from '../rows/reactions'
import { placed } from '../rows/rows'
import { at } from '../rows/timeline'
import { advanceCursor } from './changes'

/** Merges the changes that came during a request again: the answer may have loaded the rows that they are about. */
export function replayed(model: RoomModel, changes: readonly Change[]): RoomModel {
  let next = model
  for (const change of changes) next = mergeRow(next, change, false)
  next = advanceCursor(next)
  const rows = placed(next.rows)
  return rows === next.rows ? next : { ...next, rows }
}

/** Confirms own sends among the rows of an answer before the rows are merged: both are one step for the view. */
export function confirmAll(model: RoomModel, rows: readonly Message[]): RoomModel {
  if (model.outbox.entries.size === 0 && model.rows.pastTail.length === 0) return model
  return rows.reduce(confirm, model)
}

/** The rows of an answer, with `mine` as this user sees them. */
export const viewed = ({ rows, me }: RoomModel, given: readonly Message[]): readonly Message[] =>
  given.map((row) => withMine(row, at(rows.timeline, row.seq), me))
