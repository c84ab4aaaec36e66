import type { FaultKnobs, Faults } from '@roomful/client/faults'
import { type ReactElement, useSyncExternalStore } from 'react'

const SHARES = [
  ['loss', 'Lost'],
  ['double', 'Doubled'],
  ['reorder', 'Overtaken'],
] as const satisfies readonly (readonly [keyof FaultKnobs, string])[]

/** The knobs of `createFaults`, where the app gave them. */
export function FaultsTab({ faults }: { faults: Faults }): ReactElement {
  const { knobs, counts } = useSyncExternalStore(faults.subscribe, faults.getState, faults.getState)
  return (
    <div className="rdt-knobs">
      <label>
        Network{' '}
        <select
          value={knobs.network}
          onChange={(event) => faults.set({ network: networkOf(event.target.value) })}
        >
          <option value="up">up</option>
          <option value="offline">offline</option>
          <option value="half-open">half-open</option>
        </select>
      </label>
      {SHARES.map(([name, label]) => (
        <label key={name}>
          {label} {Math.round(knobs[name] * 100)} %{' '}
          <input
            type="range"
            min="0"
            max="100"
            value={Math.round(knobs[name] * 100)}
            onChange={(event) => faults.set({ [name]: Number(event.target.value) / 100 })}
          />
        </label>
      ))}
      <label>
        Delay {knobs.latencyMs} ms{' '}
        <input
          type="range"
          min="0"
          max="3000"
          step="50"
          value={knobs.latencyMs}
          onChange={(event) => faults.set({ latencyMs: Number(event.target.value) })}
        />
      </label>
      <label>
        Cut every {knobs.cutEveryMs === 0 ? 'never' : `${knobs.cutEveryMs / 1_000} s`}{' '}
        <input
          type="range"
          min="0"
          max="30000"
          step="500"
          value={knobs.cutEveryMs}
          onChange={(event) => faults.set({ cutEveryMs: Number(event.target.value) })}
        />
      </label>
      <label>
        <input
          type="checkbox"
          checked={knobs.disk === 'full'}
          onChange={(event) => faults.set({ disk: event.target.checked ? 'full' : 'ok' })}
        />{' '}
        Disk full
      </label>
      <button type="button" onClick={faults.calm}>
        End all faults
      </button>
      <p>
        {counts.lost} lost, {counts.doubled} doubled, {counts.reordered} overtaken, {counts.cuts} cuts,{' '}
        {counts.refusedWrites} writes refused
      </p>
    </div>
  )
}

const networkOf = (value: string): FaultKnobs['network'] =>
  value === 'offline' || value === 'half-open' ? value : 'up'
