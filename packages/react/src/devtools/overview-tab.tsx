import type { Inspection } from '@roomful/client'
import type { ReactElement, ReactNode } from 'react'
import { useRenderCounts } from './render-count'

/** The connection with its history, storage and tabs, and what was counted. */
export function OverviewTab({ inspection }: { inspection: Inspection }): ReactElement {
  const { connection, history, storage, tabs, counts, userId, epoch } = inspection
  const renders = [...useRenderCounts()]
  return (
    <div className="rdt-columns">
      <Facts title="Now">
        <Fact name="user">{userId ?? 'not known yet'}</Fact>
        <Fact name="connection">
          {connection.status}
          {connection.attempt !== undefined && ` (attempt ${connection.attempt})`}
          {connection.code !== undefined && ` ${connection.code}`}
        </Fact>
        <Fact name="storage">
          {storage.status} ({storage.kind}){storage.reason && `: ${storage.reason}`}
        </Fact>
        <Fact name="tabs">
          {tabs.mode}
          {tabs.isWriter && ', this one writes'}
        </Fact>
        <Fact name="epoch">{epoch ?? '-'}</Fact>
      </Facts>
      <Facts title="Since it is open">
        <Fact name="requests">
          {counts.requests} ({counts.refused} refused, {counts.unanswered} unanswered)
        </Fact>
        <Fact name="frames received">{counts.received}</Fact>
        <Fact name="connects">{counts.connects}</Fact>
        <Fact name="gaps">
          {counts.gapsFound} found, {counts.gapsHealed} healed
        </Fact>
        <Fact name="syncs">{counts.resyncs}</Fact>
        <Fact name="longest healing">{Math.round(counts.longestHealMs)} ms</Fact>
        <Fact name="notifications">{counts.notifications}</Fact>
      </Facts>
      <Facts title="History of the connection">
        {history.length === 0 && <Fact name="-">no change yet</Fact>}
        {history.slice(-12).map(({ no, at, status, code }) => (
          <Fact key={no} name={timeOf(at)}>
            {status} {code}
          </Fact>
        ))}
      </Facts>
      {renders.length > 0 && (
        <Facts title="Renders">
          {renders.map(([id, times]) => (
            <Fact key={id} name={id}>
              {times}
            </Fact>
          ))}
        </Facts>
      )}
    </div>
  )
}

export const timeOf = (at: number): string => new Date(at).toISOString().slice(11, 23)

function Facts({ title, children }: { title: string; children: ReactNode }): ReactElement {
  return (
    <section>
      <h3>{title}</h3>
      <dl>{children}</dl>
    </section>
  )
}

function Fact({ name, children }: { name: string; children: ReactNode }): ReactElement {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
