import type { InspectedEvent, Inspection } from '@roomful/client'
import { type ReactElement, useState } from 'react'
import { timeOf } from './overview-tab'

/** Of thousands the latest: the trace has all of them. */
const SHOWN = 200

/** All that happened, the newest first; each event opens to its payload. */
export function TimelineTab({ inspection }: { inspection: Inspection }): ReactElement {
  const [filter, setFilter] = useState('')
  const [frozen, setFrozen] = useState<readonly InspectedEvent[] | null>(null)
  const events = frozen ?? inspection.events
  const wanted = events.filter((event) => matches(event, filter)).slice(-SHOWN)
  return (
    <>
      <div className="rdt-bar">
        <label>
          Filter{' '}
          <input
            value={filter}
            placeholder="send-message, gap, refused, a room"
            onChange={(event) => setFilter(event.target.value)}
          />
        </label>
        <button
          type="button"
          aria-pressed={frozen !== null}
          onClick={() => setFrozen(frozen ? null : inspection.events)}
        >
          Pause
        </button>
        <span>
          {wanted.length} of {events.length}
          {inspection.forgotten > 0 && `, ${inspection.forgotten} older ones forgotten`}
        </span>
      </div>
      <ol className="rdt-events" aria-label="Timeline">
        {[...wanted].reverse().map((event) => (
          <li key={event.no} data-kind={event.kind}>
            <EventRow event={event} />
          </li>
        ))}
      </ol>
    </>
  )
}

/** Every word of the filter is in the event. */
export function matches(event: InspectedEvent, filter: string): boolean {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return true
  const text = `${lineOf(event)} ${event.kind}`.toLowerCase()
  return words.every((word) => text.includes(word))
}

function EventRow({ event }: { event: InspectedEvent }): ReactElement {
  const line = (
    <>
      <time>{timeOf(event.at)}</time> {lineOf(event)}
    </>
  )
  if (!('payload' in event) || event.payload === null) return <div className="rdt-line">{line}</div>
  return (
    <details>
      <summary>{line}</summary>
      <pre>{JSON.stringify(event.payload, null, 2)}</pre>
    </details>
  )
}

function lineOf(event: InspectedEvent): string {
  switch (event.kind) {
    case 'connection':
      return `connection ${event.status} ${event.code ?? ''}`
    case 'request':
      return `→ ${event.event} #${event.request} ${event.roomId ?? ''}`
    case 'answer':
      return `← ${event.event} #${event.request} ${event.outcome} ${event.code ?? ''} ${event.tookMs} ms ${event.roomId ?? ''}`
    case 'received':
      return `← ${event.event} ${event.roomId ?? ''}`
    case 'gap-found':
      return `gap found at rev ${event.rev} ${event.roomId}`
    case 'gap-healed':
      return `gap healed at rev ${event.rev} after ${event.tookMs} ms ${event.roomId}`
    case 'storage':
      return `storage ${event.status} ${event.reason ?? ''}`
  }
}
