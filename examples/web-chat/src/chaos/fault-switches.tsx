import { type ReactElement, useSyncExternalStore } from 'react'
import { isOn, KNOB_FAULTS } from './knob-faults'
import type { Lab } from './lab'
import type { Side } from './side'
import { useLife } from './use-lab'

/** What goes wrong with this side: a switch a fault. */
export function FaultSwitches({ lab, side }: { lab: Lab; side: Side }): ReactElement {
  const { faults } = useLife(side)
  const { knobs } = useSyncExternalStore(faults.subscribe, faults.getState)
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset does not lay out as a grid in every browser
    <div className="chaos-switches" role="group" aria-label={`Faults of ${side.guest.name}`}>
      {KNOB_FAULTS.map((fault) => {
        const isPressed = isOn(fault, knobs)
        return (
          <button
            key={fault.name}
            type="button"
            className="chaos-switch"
            data-fault={fault.name}
            aria-pressed={isPressed}
            title={fault.hint}
            onClick={() => lab.turn(side.name, fault, !isPressed)}
          >
            {fault.label}
          </button>
        )
      })}
    </div>
  )
}
