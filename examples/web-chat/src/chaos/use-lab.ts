import { useSyncExternalStore } from 'react'
import type { Lab } from './lab'
import type { LabState } from './lab-state'
import type { Life, Side } from './side'

export function useLab(lab: Lab): LabState {
  return useSyncExternalStore(lab.subscribe, lab.getState)
}

/** The client of a side as it is now: another one after each reload. */
export function useLife(side: Side): Life {
  return useSyncExternalStore(side.subscribe, side.life)
}
