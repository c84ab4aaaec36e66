import type { ReactElement } from 'react'
import { Icon } from '../ui/icon'
import type { LabState } from './lab-state'

/** Where it stands, and in the end whether all three are equal. The only part of the page that is read out by itself. */
export function VerdictLine({ state }: { state: LabState }): ReactElement {
  const { verdict } = state
  return (
    <div
      className="chaos-verdict"
      data-verdict={verdict ? (verdict.isEqual ? 'equal' : 'different') : 'none'}
    >
      <p role="status">
        {verdict && <Icon name={verdict.isEqual ? 'check' : 'alert'} />}
        {textOf(state)}
      </p>
      {verdict && (
        <dl className="chaos-hashes">
          {(['anna', 'server', 'ben'] as const).map((name) => (
            <div key={name} data-hash={name} data-is-equal={verdict[name] === verdict.server}>
              <dt>{NAMES[name]}</dt>
              <dd className="chaos-hash">{verdict[name]}</dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  )
}

const NAMES = { anna: 'Anna', server: 'Server', ben: 'Ben' } as const

function textOf({ phase, verdict, score }: LabState): string {
  if (verdict?.isEqual)
    return `All faults are over: both show exactly the ${score.onServer.toLocaleString('en')} rows that the server has.`
  if (verdict) return 'Still not equal after three minutes.'
  switch (phase) {
    case 'ready':
      return 'Break something: each side has its own network and disk. Or run the demo, which needs no hands.'
    case 'demo':
      return 'Everything goes wrong now, in the order that the seed gives.'
    case 'settling':
    case 'settled':
      return 'All faults are over. What is still missing is on its way.'
  }
}
