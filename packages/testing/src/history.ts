/** For a page: what its client does is recorded there, and checked by whoever has all histories together. */
export type { Actor, HistoryEvent, ViewEvent } from './history/event'
export { Recorder, viewOf } from './history/recorder'
