import type { Inspection } from '@roomful/client'
import type { ReactElement } from 'react'
import { Table } from './table'

/** What waits to be sent, in the order in which it goes out. */
export function OutboxTab({ inspection: { outbox, outboxCount } }: { inspection: Inspection }): ReactElement {
  return (
    <>
      <Table
        label="Outbox"
        head={['Id', 'Kind', 'State', 'Sent', 'Room', 'Age', 'Why']}
        empty="Nothing waits."
        rows={outbox.map(({ id, kind, state, attempts, roomId, ageMs, code }) => ({
          key: id,
          isMarked: state === 'failed',
          cells: [
            id,
            kind,
            state,
            `${attempts} times`,
            roomId,
            ageMs === undefined ? '' : `${(ageMs / 1_000).toFixed(1)} s`,
            code ?? '',
          ],
        }))}
      />
      {outboxCount > outbox.length && <p className="rdt-empty">{outboxCount - outbox.length} more</p>}
    </>
  )
}
