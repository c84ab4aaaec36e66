import { LIMITS } from '@roomful/protocol'
import { callsOf, sendsOf } from './calls'
import { checkAccess } from './check-access'
import { checkChanges } from './check-changes'
import { checkRows } from './check-rows'
import { checkSends } from './check-sends'
import { checkUnread } from './check-unread'
import { checkViews } from './check-views'
import type { FinalRoom, HistoryEvent } from './event'
import type { Finding } from './finding'

/**
 * Reads what devices did and saw, and what the server holds at the end, and returns what was broken: nothing if all is
 * well. Pure: the simulator, runs with real processes and runs in browsers all use it.
 *
 * @example
 * const recorder = new Recorder()
 * const who = { user: 'ann', device: 'phone' }
 * recorder.watch(who, room)
 * await recorder.send(who, room, 'hello')
 * const findings = checkHistory(recorder.history, [await finalRoom(chat, room.id, [{ who, room }])])
 */
export function checkHistory(history: readonly HistoryEvent[], rooms: readonly FinalRoom[]): Finding[] {
  const calls = callsOf(history)
  const sends = sendsOf(calls)
  return rooms.flatMap((room) => [
    ...checkRows(room),
    ...checkSends(sends, room),
    ...checkChanges(history, calls, room),
    ...checkViews(history, calls, room),
    ...checkAccess(history, calls, room),
    ...checkUnread(room, LIMITS.unreadCap),
  ])
}
