import type { Cells } from '../engine/cells'
import { allEntries } from '../model/outbox/entry-list'
import type { LocalSnapshot } from '../storage/local-copy'
import { fromStored } from '../storage/restored-entries'

/** Another tab writes the rows from now on. */
export function leaveRooms(cells: Cells): void {
  cells.batch(() => {
    for (const { core } of cells.all()) cells.dispatch(core.id, { type: 'kept-elsewhere' })
  })
}

/** This tab keeps the rows from now on: what it holds and what is on disk are brought together, room by room. */
export function takeOverRooms(cells: Cells, snapshot: LocalSnapshot | null): void {
  const kept = new Map(snapshot?.rooms.map((room) => [room.roomId, room]))
  // Nothing of another epoch is taken in, or stays on the disk.
  const { epoch } = cells.chat()
  const isForeign = epoch !== null && snapshot?.meta?.epoch !== epoch
  const known = [...cells.all()].map(({ core }) => core.id)
  cells.batch(() => {
    for (const id of new Set([...known, ...kept.keys()]))
      cells.dispatch(id, { type: 'keeping', room: isForeign ? null : (kept.get(id) ?? null) })
  })
}

/** What tabs that have died left unsent joins this outbox, in their order (I9). */
export function takeOverEntries(
  cells: Cells,
  { entries }: LocalSnapshot,
  now: number,
  onOrder: (order: number) => void,
): void {
  cells.batch(() => {
    for (const id of new Set(entries.map(({ roomId }) => roomId))) {
      const left = entries
        .filter(({ roomId }) => roomId === id)
        .flatMap((entry) => fromStored(entry, now) ?? [])
      if (left.length === 0) continue
      cells.dispatch(id, { type: 'taken-over', entries: left })
      // Own ones that were moved for them included.
      for (const { order } of allEntries(cells.room(id).core.outbox.entries)) onOrder(order)
    }
  })
}
