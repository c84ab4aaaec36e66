import type { ReactElement } from 'react'
import type { LabState } from './lab-state'

/** What counts, counted: the server's own history against what each side sent and shows. */
export function ScoreBoard({ state }: { state: LabState }): ReactElement {
  const { score, totals } = state
  const { anna, ben } = totals
  const both = (of: (one: typeof anna) => number): number => of(anna) + of(ben)
  const struck = both(({ lost, doubled, reordered, cuts }) => lost + doubled + reordered + cuts)
  return (
    <section className="chaos-score" aria-label="Score">
      <dl className="chaos-promises">
        <Figure name="lost" label="Lost" value={score.lost} isPromise />
        <Figure name="doubled" label="Doubled" value={score.doubled} isPromise />
        <Figure name="out-of-order" label="Out of order" value={score.outOfOrder} isPromise />
      </dl>
      <dl className="chaos-figures">
        <Figure name="sent" label="Sent" value={score.sent} />
        <Figure name="acked" label="Confirmed" value={score.acked} />
        <Figure name="on-server" label="On the server" value={score.onServer} />
        <Figure name="faults" label="Frames harmed" value={struck} />
        <Figure name="gaps" label="Gaps found" value={both(({ gapsFound }) => gapsFound)} />
        <Figure name="healed" label="Gaps healed" value={both(({ gapsHealed }) => gapsHealed)} />
        <Figure name="resyncs" label="Resyncs" value={both(({ resyncs }) => resyncs)} />
        <Figure name="reconnects" label="Connections" value={both(({ connects }) => connects)} />
        <Figure name="reloads" label="Reloads" value={state.reloads} />
        <Figure name="restarts" label="Server kills" value={state.restarts} />
        <Figure
          name="heal"
          label="Longest healing"
          value={Math.max(anna.longestHealMs, ben.longestHealMs)}
          unit="s"
        />
        {score.unkept > 0 && <Figure name="unkept" label="Unsaved at a reload" value={score.unkept} />}
      </dl>
    </section>
  )
}

/** `unit` s: the value is in ms. A promise is kept while it is 0. */
function Figure({
  name,
  label,
  value,
  unit,
  isPromise = false,
}: {
  name: string
  label: string
  value: number
  unit?: 's'
  isPromise?: boolean
}): ReactElement {
  const shown = unit === 's' ? `${(value / 1_000).toFixed(1)} s` : value.toLocaleString('en')
  const state = isPromise ? (value === 0 ? 'kept' : 'broken') : undefined
  return (
    <div className="chaos-figure" data-state={state}>
      <dt>{label}</dt>
      <dd data-count={name} data-value={value}>
        {shown}
      </dd>
    </div>
  )
}
