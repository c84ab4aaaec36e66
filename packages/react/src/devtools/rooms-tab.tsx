import type { InspectedRange, Inspection } from '@roomful/client'
import type { ReactElement } from 'react'
import { Table } from './table'

const HEAD = ['Room', 'State', 'Cursor', 'Loaded', 'Holes', 'On disk', 'Unread', 'Waiting', 'Notified']

/** Every room: how far it has followed the server, and what it holds. */
export function RoomsTab({ inspection: { rooms, roomCount } }: { inspection: Inspection }): ReactElement {
  return (
    <>
      <Table
        label="Rooms"
        head={HEAD}
        empty="No room was used yet."
        rows={rooms.map((room) => ({
          key: room.id,
          isMarked: room.gap !== null,
          cells: [
            room.name || room.id,
            `${room.subscription}${room.request === null ? '' : `, asks ${room.request}`}`,
            room.gap === null
              ? room.cursor
              : `${room.cursor}, gap at ${room.gap.rev} for ${Math.round(room.gap.forMs)} ms`,
            `${room.rows}: ${rangesOf(room.ranges)}`,
            rangesOf(room.holes),
            rangesOf(room.evicted),
            `${room.unread.count} by ${room.unread.from}${room.unread.isStale ? ', stale' : ''}`,
            room.outbox.failed > 0
              ? `${room.outbox.entries}, ${room.outbox.failed} failed`
              : room.outbox.entries,
            room.notifications,
          ],
        }))}
      />
      {roomCount > rooms.length && <p className="rdt-empty">{roomCount - rooms.length} more rooms</p>}
    </>
  )
}

const rangesOf = (ranges: readonly InspectedRange[]): string =>
  ranges.length === 0 ? '-' : ranges.map(({ from, to }) => (from === to ? from : `${from}–${to}`)).join(', ')
