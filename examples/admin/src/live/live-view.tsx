import { type ReactElement, useId } from 'react'
import { number } from '../text/text'
import { FailureNote } from '../ui/failure-note'
import { ViewTitle } from '../ui/view-title'
import { MOMENTS_KEPT, type Moment } from './rates'
import { Sparkline } from './sparkline'
import { useLive } from './use-live'

type Figure = {
  readonly name: string
  readonly hint: string
  readonly of: (moment: Moment) => number | null
  readonly unit?: string
}

const FIGURES: readonly Figure[] = [
  { name: 'People', hint: 'connected users', of: ({ people }) => people },
  { name: 'Sockets', hint: 'connected devices', of: ({ sockets }) => sockets },
  { name: 'Sends', hint: 'messages stored', unit: '/s', of: ({ sendsPerSecond }) => sendsPerSecond },
  {
    name: 'Deliveries',
    hint: 'frames to devices',
    unit: '/s',
    of: ({ deliveriesPerSecond }) => deliveriesPerSecond,
  },
  { name: 'Queue', hint: 'changes that wait', of: ({ queueDepth }) => queueDepth },
  { name: 'Commit time', hint: 'average of a commit', unit: 'ms', of: ({ commitMs }) => commitMs },
]

export function LiveView(): ReactElement {
  const { moments, failure } = useLive()
  const newest = moments.at(-1)
  return (
    <>
      <ViewTitle>Live</ViewTitle>
      {failure && <FailureNote failure={failure} />}
      <div className="figures">
        {FIGURES.map((figure) => (
          <Tile key={figure.name} figure={figure} moments={moments} />
        ))}
      </div>
      {newest && (
        <p className="muted small">
          Of the server process <code>{newest.nodeId.slice(0, 8)}</code>, every 2 seconds. Several servers
          count apart.
        </p>
      )}
    </>
  )
}

type TileProps = { readonly figure: Figure; readonly moments: readonly Moment[] }

function Tile({ figure: { name, hint, of, unit }, moments }: TileProps): ReactElement {
  const title = useId()
  const values = moments.map(of)
  const value = values.at(-1) ?? null
  return (
    <section className="card figure" aria-labelledby={title}>
      <h2 id={title}>{name}</h2>
      <p className="figure-value">
        <span data-figure={name}>{value === null ? '–' : number(value)}</span>
        {unit !== undefined && <span className="figure-unit">{unit}</span>}
      </p>
      <Sparkline values={values} most={MOMENTS_KEPT} />
      <p className="muted small">{hint}</p>
    </section>
  )
}
