import type { ReactElement } from 'react'
import type { Lab } from './lab'
import type { LabState } from './lab-state'

const MOST_PACE = 20

/** What stands between the two: the server, which may be killed, and the robot that writes for both. */
export function ServerPane({ lab, state }: { lab: Lab; state: LabState }): ReactElement {
  const isBusy = state.phase === 'settling'
  return (
    <section className="chaos-server" aria-label="Server and robot">
      <h2>
        <span className="chaos-dot" data-state={state.isServerUp ? 'good' : 'bad'} />
        Server
      </h2>
      <p className="muted">{state.isServerUp ? 'running' : 'killed, coming back'}</p>
      <p className="chaos-rows">
        <b>{state.score.onServer.toLocaleString('en')}</b> rows
      </p>
      <button
        type="button"
        className="button danger"
        data-action="kill"
        disabled={!state.canRestart || isBusy}
        aria-describedby={state.canRestart ? undefined : 'no-restart'}
        onClick={lab.killServer}
      >
        Kill it
      </button>
      {!state.canRestart && (
        <p id="no-restart" className="chaos-hint">
          Only a server of <code>npm start</code> can be killed from here.
        </p>
      )}
      <h2>Robot</h2>
      <label className="chaos-pace">
        <span>{state.pace} a second, each</span>
        <input
          type="range"
          min="1"
          max={MOST_PACE}
          value={Math.min(state.pace, MOST_PACE)}
          disabled={isBusy}
          onChange={(event) => lab.setRobot(state.isRobotOn, Number(event.target.value))}
        />
      </label>
      <button
        type="button"
        className="button"
        aria-pressed={state.isRobotOn}
        disabled={isBusy}
        onClick={() => lab.setRobot(!state.isRobotOn)}
      >
        {state.isRobotOn ? 'Stop the robot' : 'Start the robot'}
      </button>
    </section>
  )
}
