import { LIMITS } from '@roomful/protocol/plain'
import { ChatError } from '../model/chat-error'
import { hasMoreMembers } from '../model/people/member-pages'
import { covers, seqOf } from '../model/rows/timeline'
import { shownRange } from '../model/view/shown-messages'
import { isJump, type PageWant } from '../model/view/view-place'
import type { WaitOptions } from '../options'
import type { Room } from '../room'
import type { HandleRoom } from './handle-context'
import { ignoreRejection, refusalOf, waitFor } from './limits'

type Pages = Pick<Room, 'loadOlder' | 'loadNewer' | 'jumpTo' | 'loadMembers'>

/** Moving through the history: one page at a time, next to what is shown. The latest request wins. */
export function createRoomPages(room: HandleRoom): Pages {
  const { slot, id, engine } = room
  const { store } = engine

  const load = (want: PageWant, options: WaitOptions): Promise<void> => {
    if (!slot.model.view.opened) return refused(roomNotOpenError())
    room.start()
    store.dispatch(id, { type: 'page-wanted', want })
    // Ends when it is answered, refused, or another place is wanted instead.
    const look = () => (slot.model.view.wantedPage === want ? undefined : (slot.model.view.error ?? true))
    return ignoreRejection(waitFor(engine, options, look, slot).then(() => {}))
  }

  const show = (anchor: number | null): Promise<void> => {
    store.dispatch(id, { type: 'jumped', seq: anchor })
    return Promise.resolve()
  }

  /** Why nothing is loaded or shown; null: something may be. */
  const problemOf = (field: string, value: number, options: WaitOptions): ChatError | null => {
    if (Number.isNaN(value)) return new ChatError('INVALID_PAYLOAD', `${field} is not a number`, { field })
    return refusalOf(engine, options) ?? slot.model.listing.removed
  }

  /** The page that is wanted already, or a new one. */
  const side = (kind: 'older' | 'newer', count: number, options: WaitOptions): Promise<void> => {
    const limit = whole(count)
    const problem = problemOf('count', limit, options)
    if (problem !== null) return refused(problem)
    const { view, connection } = slot.model
    const want = view.wantedPage
    // What is shown is about to be left: a list that loads by itself must not undo what the user asked for.
    if (want && isJump(want) && connection === 'up') return load(want, options)
    const range = shownRange(slot.model)
    const { hasOlder, hasNewer } = room.state()
    if (range === undefined || limit < 1 || !(kind === 'older' ? hasOlder : hasNewer))
      return Promise.resolve()
    const seq = kind === 'older' ? range.from : range.to
    return load(
      want?.kind === kind && 'seq' in want && want.seq === seq ? want : { kind, seq, limit },
      options,
    )
  }

  const find = (by: { id: string } | { time: string }, options: WaitOptions): Promise<void> => {
    const problem = problemOf('place', 0, options)
    if (problem !== null) return refused(problem)
    return load({ kind: 'find', by, limit: LIMITS.historyPageDefault }, options)
  }

  const toSeq = (asked: number, options: WaitOptions): Promise<void> => {
    const problem = problemOf('seq', whole(asked), options)
    if (problem !== null) return refused(problem)
    const { tail, timeline, lastSeq, floorSeq, fromOldEpoch } = slot.model.rows
    // While the room is loading the list may know its last message already.
    if (asked === Number.POSITIVE_INFINITY || asked >= (tail ?? (lastSeq || asked + 1))) return show(null)
    const seq = asked < 1 ? floorSeq : Math.min(Math.trunc(asked), Number.MAX_SAFE_INTEGER)
    if (covers(timeline, seq) && !fromOldEpoch) return show(seq)
    return load({ kind: 'around', seq, limit: LIMITS.historyPageDefault }, options)
  }

  const toMessage = (id: string, options: WaitOptions): Promise<void> => {
    const shown = room.state().messages.find((message) => message.id === id || message.key === id)
    // One that waits to be sent stands at the end.
    if (shown?.seq === 0) return toSeq(Number.POSITIVE_INFINITY, options)
    const seq = shown?.seq ?? seqOf(slot.model.rows.timeline, id)
    return seq === undefined ? find({ id }, options) : toSeq(seq, options)
  }

  const toTime = (date: Date, options: WaitOptions): Promise<void> => {
    const ms = date.getTime()
    if (Number.isNaN(ms))
      return refused(new ChatError('INVALID_PAYLOAD', 'place is no date', { field: 'place' }))
    const { messages } = room.state()
    const place = messages.findIndex(({ createdAt }) => Date.parse(createdAt) >= ms)
    // Before the first of the loaded ones there may be others of that time.
    const seq = place > 0 ? messages[place]?.seq : 0
    return seq ? toSeq(seq, options) : find({ time: date.toISOString() }, options)
  }

  return {
    loadMembers: (count = LIMITS.membersPage, options = {}) => {
      const limit = whole(count)
      const problem = problemOf('count', limit, options)
      if (problem !== null) return refused(problem)
      if (limit < 1 || !hasMoreMembers(slot.model.people)) return Promise.resolve()
      if (!slot.model.view.opened) return refused(roomNotOpenError())
      store.dispatch(id, { type: 'members-wanted', limit })
      const look = () =>
        slot.model.people.roster.want === null ? (slot.model.view.error ?? true) : undefined
      return ignoreRejection(waitFor(engine, options, look, slot).then(() => {}))
    },
    loadOlder: (count = LIMITS.historyPageDefault, options = {}) => side('older', count, options),
    loadNewer: (count = LIMITS.historyPageDefault, options = {}) => side('newer', count, options),
    jumpTo: (place, options = {}) => {
      if (typeof place === 'string') return toMessage(place, options)
      if (place instanceof Date) return toTime(place, options)
      return toSeq(place, options)
    },
  }
}

/** NaN: no number. `Math.trunc` would throw for an object without a primitive value. */
const whole = (value: unknown): number => (typeof value === 'number' ? Math.trunc(value) : Number.NaN)
const refused = (error: ChatError): Promise<never> => ignoreRejection(Promise.reject(error))
const roomNotOpenError = (): ChatError => new ChatError('ABORTED', 'The room is not open')
