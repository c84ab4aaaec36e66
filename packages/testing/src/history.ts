/** For a page: it records what its client does, and the process that has all histories checks them. */
export type { Actor, HistoryEvent, ViewEvent } from './history/event'
export { Recorder, viewOf } from './history/recorder'
