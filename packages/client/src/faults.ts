export { createFaults, type FaultState, type Faults } from './faults/create-faults'
export type { FaultCounts, FaultKnobs } from './faults/knobs'
export { seededRandom } from './faults/knobs'
