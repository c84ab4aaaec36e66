import type { ReactElement } from 'react'

const WIDTH = 120
const HEIGHT = 32

type Props = {
  /** Oldest first; null: unknown then. */
  readonly values: readonly (number | null)[]
  /** How many there will be when it is full. */
  readonly most: number
}

/** The course of a figure, for the eye only: its value stands beside it. The newest is at the right edge. */
export function Sparkline({ values, most }: Props): ReactElement {
  const top = Math.max(1, ...values.map((value) => value ?? 0))
  const first = most - values.length
  const points = values.flatMap((value, index) =>
    value === null ? [] : [`${x(first + index, most)},${y(value, top)}`],
  )
  return (
    <svg
      className="sparkline"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      {points.length > 1 && <polyline points={points.join(' ')} vectorEffect="non-scaling-stroke" />}
    </svg>
  )
}

const x = (index: number, most: number): string => ((index / (most - 1)) * WIDTH).toFixed(1)
/** One pixel of room for the line at the top and the bottom. */
const y = (value: number, top: number): string => (HEIGHT - 1 - (value / top) * (HEIGHT - 2)).toFixed(1)
