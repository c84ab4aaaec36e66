import type { Change, Message } from '@roomful/protocol'
import { confirm } from '../outbox/confirm'
import { at } from '../timeline'
import { advance } from './changes'
import { surfaced, takeRow } from './merge'
import { withMine } from './reactions'
import type { RoomCore } from './room-core'

/** Merges the changes that came during a request again: the answer may have loaded the rows that they are about. */
export function replayed(core: RoomCore, changes: readonly Change[]): RoomCore {
  let next = core
  for (const change of changes) next = takeRow(next, change, false)
  return surfaced(advance(next))
}

/** Confirms own sends among the rows of an answer before the rows are merged: both are one step for the view. */
export function confirmAll(core: RoomCore, rows: readonly Message[]): RoomCore {
  if (core.outbox.entries.size === 0 && core.afloat.length === 0) return core
  return rows.reduce(confirm, core)
}

/** The rows of an answer, with `mine` as this user sees them. */
export function viewed(core: RoomCore, rows: readonly Message[]): readonly Message[] {
  return rows.map((row) => withMine(row, at(core.timeline, row.seq), core.me))
}
