export { EXIT } from './failure'
export type { Io } from './io'
export { run } from './program'
