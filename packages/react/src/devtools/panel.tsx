import type { Chat, Inspector } from '@roomful/client'
import type { Faults } from '@roomful/client/faults'
import { type KeyboardEvent, type ReactElement, useId, useRef, useState } from 'react'
import { FaultsTab } from './faults-tab'
import { OutboxTab } from './outbox-tab'
import { OverviewTab } from './overview-tab'
import { RoomsTab } from './rooms-tab'
import { saveTrace } from './save-trace'
import { useStyles } from './styles'
import { TimelineTab } from './timeline-tab'
import { useInspection, useInspector } from './use-inspector'

const TABS = ['Overview', 'Rooms', 'Outbox', 'Timeline', 'Faults'] as const
type Tab = (typeof TABS)[number]

/** What `RoomfulDevtoolsPanel` is given. With `onClose` it has a button for it, and Escape calls it too. */
export type DevtoolsPanelProps = {
  readonly chat: Chat
  /** Of `@roomful/client/faults`: gives the panel their knobs. */
  readonly faults?: Faults
  readonly onClose?: () => void
}

/**
 * The inspector as a panel in the page, wherever the app puts it, in production too. Needs no provider.
 *
 * @example
 * const Inspect = () => <RoomfulDevtoolsPanel chat={useChat()} />
 */
export function RoomfulDevtoolsPanel({ chat, faults, onClose }: DevtoolsPanelProps): ReactElement {
  useStyles()
  const [payloads, setPayloads] = useState(false)
  const inspector = useInspector(chat, payloads)
  return (
    <section
      className="roomful-dt rdt-panel"
      aria-label="Roomful devtools"
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose?.()
      }}
    >
      <header className="rdt-bar">
        <strong>Roomful</strong>
        <label>
          <input type="checkbox" checked={payloads} onChange={(event) => setPayloads(event.target.checked)} />{' '}
          Keep texts
        </label>
        <button type="button" disabled={!inspector} onClick={() => inspector && saveTrace(inspector)}>
          Save trace
        </button>
        {onClose && (
          <button type="button" onClick={onClose}>
            Close
          </button>
        )}
      </header>
      {inspector ? <Tabs inspector={inspector} faults={faults} /> : <p className="rdt-empty">Loading…</p>}
    </section>
  )
}

function Tabs({ inspector, faults }: { inspector: Inspector; faults: Faults | undefined }): ReactElement {
  const [tab, setTab] = useState<Tab>('Overview')
  const inspection = useInspection(inspector)
  const list = useRef<HTMLDivElement>(null)
  const id = useId()
  const tabs = TABS.filter((name) => name !== 'Faults' || faults)

  const move = (event: KeyboardEvent): void => {
    const steps: Partial<Record<string, number>> = { ArrowRight: 1, ArrowLeft: -1 }
    const step = steps[event.key]
    if (step === undefined) return
    event.preventDefault()
    const next = (tabs.indexOf(tab) + step + tabs.length) % tabs.length
    setTab(tabs[next] ?? 'Overview')
    list.current?.querySelectorAll('button')[next]?.focus()
  }

  return (
    <>
      <div className="rdt-tabs" role="tablist" aria-label="Parts" ref={list} onKeyDown={move}>
        {tabs.map((name) => (
          <button
            key={name}
            type="button"
            role="tab"
            id={`${id}${name}`}
            aria-selected={name === tab}
            aria-controls={`${id}panel`}
            tabIndex={name === tab ? 0 : -1}
            onClick={() => setTab(name)}
          >
            {name}
            {name === 'Outbox' && inspection.outboxCount > 0 && ` ${inspection.outboxCount}`}
          </button>
        ))}
      </div>
      <div
        className="rdt-body"
        role="tabpanel"
        id={`${id}panel`}
        aria-labelledby={`${id}${tab}`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so it must be reached by keys
        tabIndex={0}
      >
        {tab === 'Overview' && <OverviewTab inspection={inspection} />}
        {tab === 'Rooms' && <RoomsTab inspection={inspection} />}
        {tab === 'Outbox' && <OutboxTab inspection={inspection} />}
        {tab === 'Timeline' && <TimelineTab inspection={inspection} />}
        {tab === 'Faults' && faults && <FaultsTab faults={faults} />}
      </div>
    </>
  )
}
