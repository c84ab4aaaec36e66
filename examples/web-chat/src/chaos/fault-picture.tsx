import { memo, type ReactElement } from 'react'
import { KNOB_FAULTS } from './knob-faults'
import type { Lane, Picture, Sample, Span } from './picture-log'

const WIDTH = 1_000
const ROW = 6
const LANE = ROW * KNOB_FAULTS.length
const GAP = 14
const SERVER = 44
const HEIGHT = 2 * LANE + SERVER + 2 * GAP
const LEAST_MS = 30_000

const TOP: Readonly<Record<Lane, number>> = { anna: 0, server: LANE + GAP, ben: LANE + SERVER + 2 * GAP }
const KINDS: Readonly<Record<string, string>> = {
  offline: 'cut',
  'half-open': 'cut',
  cuts: 'cut',
  killed: 'cut',
  loss: 'frames',
  doubled: 'frames',
  reordered: 'frames',
  slow: 'frames',
  'disk full': 'disk',
  reload: 'reload',
}

/** Faults and healings over time: Anna above, Ben below, and between them how the server's history grew. */
export const FaultPicture = memo(({ picture, now }: { picture: Picture; now: number }): ReactElement => {
  const total = Math.max(LEAST_MS, now)
  const x = (ms: number): number => Math.round((ms / total) * WIDTH * 10) / 10
  const { spans, heals, samples } = picture
  const summary = `${spans.length} faults and ${heals.length} healings in ${Math.round(now / 1_000)} seconds`
  return (
    <figure className="chaos-picture">
      <div className="chaos-lanes" aria-hidden="true">
        <span>Anna</span>
        <span>Server</span>
        <span>Ben</span>
      </div>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={summary}>
        <rect className="chaos-lane" x="0" y={TOP.anna} width={WIDTH} height={LANE} />
        <rect className="chaos-lane" x="0" y={TOP.ben} width={WIDTH} height={LANE} />
        <path className="chaos-growth" d={growthOf(samples, x)} />
        {spans.map((span) => (
          <FaultSpan key={`${span.lane} ${span.name} ${span.from}`} span={span} x={x} now={now} />
        ))}
        {heals.map(({ lane, at, tookMs }) => (
          <rect
            key={`${lane} ${at}`}
            className="chaos-heal"
            x={x(at) - 1.5}
            y={TOP[lane] + (lane === 'anna' ? LANE + 2 : -8)}
            width="3"
            height="6"
          >
            <title>{`healed after ${tookMs} ms`}</title>
          </rect>
        ))}
      </svg>
      <figcaption>
        <span data-kind="cut">connection</span>
        <span data-kind="frames">frames</span>
        <span data-kind="disk">disk</span>
        <span data-kind="reload">reload</span>
        <span data-kind="heal">healed</span>
        <span className="grow" />
        <span className="muted">{summary}</span>
      </figcaption>
    </figure>
  )
})

function FaultSpan({ span, x, now }: { span: Span; x: (ms: number) => number; now: number }): ReactElement {
  const { lane, name, from, to } = span
  const row = KNOB_FAULTS.findIndex((fault) => fault.name === name)
  const isWhole = lane === 'server' || row < 0
  const y = TOP[lane] + (isWhole ? 0 : row * ROW + 1)
  const height = lane === 'server' ? SERVER : isWhole ? LANE : ROW - 2
  return (
    <rect
      className="chaos-span"
      data-kind={KINDS[name] ?? 'frames'}
      data-lane={lane}
      x={x(from)}
      y={y}
      width={Math.max(2, x(to ?? now) - x(from))}
      height={height}
    >
      <title>{name}</title>
    </rect>
  )
}

/** How many messages came in, as an area: the more, the higher. */
function growthOf(samples: readonly Sample[], x: (ms: number) => number): string {
  const bottom = TOP.server + SERVER
  const rates = samples.slice(1).map(({ at, rows }, i) => {
    const before = samples[i] ?? { at: 0, rows: 0 }
    return { at, rate: Math.max(0, rows - before.rows) / Math.max(1, at - before.at) }
  })
  const most = Math.max(0.000_1, ...rates.map(({ rate }) => rate))
  const points = rates.map(({ at, rate }) => `L${x(at)} ${(bottom - (rate / most) * SERVER).toFixed(1)}`)
  return points.length === 0
    ? ''
    : `M${x(samples[0]?.at ?? 0)} ${bottom}${points.join('')}L${x(rates.at(-1)?.at ?? 0)} ${bottom}Z`
}
