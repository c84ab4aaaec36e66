import { lazy, type ReactElement, Suspense, useState } from 'react'
import { hrefOfSeed } from './chaos-query'
import { FaultPicture } from './fault-picture'
import type { Lab } from './lab'
import type { SideName } from './schedule'
import { ScoreBoard } from './score-board'
import { ServerPane } from './server-pane'
import { SidePane } from './side-pane'
import { useLab, useLife } from './use-lab'
import { VerdictLine } from './verdict-line'

/** The picture moves on by a hair's breadth: oftener would be work without a difference. */
const DRAWN_EVERY_MS = 500

/** The whole page, once both are in the room. */
export function ChaosStage({ lab }: { lab: Lab }): ReactElement {
  const state = useLab(lab)
  const { seed } = lab.options
  const [inspected, setInspected] = useState<SideName | null>(null)
  const inspect = (name: SideName): void => setInspected(inspected === name ? null : name)
  const isBusy = state.phase === 'demo' || state.phase === 'settling'
  return (
    <main className="chaos" data-phase={state.phase}>
      <header className="chaos-top">
        <img src="/icon.svg" alt="" width="28" height="28" />
        <h1>Chaos</h1>
        <p className="muted grow">Two people, one room, and everything that can go wrong between them.</p>
        <span className="chaos-seed">
          seed <b>{seed}</b>
        </span>
        <a href={hrefOfSeed(seed + 1)}>Next seed</a>
        <a href="./">Back to the chat</a>
        <button type="button" className="button primary" disabled={isBusy} onClick={lab.demo}>
          {state.phase === 'demo' ? `${Math.ceil(state.leftMs / 1_000)} s left` : 'Run the demo'}
        </button>
        <button
          type="button"
          className="button"
          data-action="settle"
          disabled={state.phase === 'settling'}
          onClick={lab.settle}
        >
          {state.phase === 'settling' ? 'Settling…' : 'Settle'}
        </button>
      </header>
      <ScoreBoard state={state} />
      <VerdictLine state={state} />
      <div className="chaos-stage">
        <SidePane lab={lab} name="anna" onInspect={() => inspect('anna')} />
        <ServerPane lab={lab} state={state} />
        <SidePane lab={lab} name="ben" onInspect={() => inspect('ben')} />
      </div>
      <FaultPicture picture={state.picture} now={Math.floor(state.now / DRAWN_EVERY_MS) * DRAWN_EVERY_MS} />
      {inspected && (
        <Suspense>
          <Inspected lab={lab} name={inspected} onClose={() => setInspected(null)} />
        </Suspense>
      )}
    </main>
  )
}

/** Loaded when somebody looks. */
const Panel = lazy(async () => ({ default: (await import('@roomful/react/devtools')).RoomfulDevtoolsPanel }))

/** The inside of one side's client, as it is now: after a reload that of the next one. */
function Inspected({ lab, name, onClose }: { lab: Lab; name: SideName; onClose: () => void }): ReactElement {
  const { chat, faults, no } = useLife(lab.sides[name])
  return (
    <div className="chaos-inspected">
      <Panel key={`${name} ${no}`} chat={chat} faults={faults} onClose={onClose} />
    </div>
  )
}
