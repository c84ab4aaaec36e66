import type { Chat } from '../chat'
import type { Cells } from '../engine/cells'
import { chatStateOf, isSameState } from '../model/chat-core'
import type { ConnectionState } from '../model/chat-shape'
import type { RunClock } from '../platform/steady-clock'
import { createViewStore } from './view-store'

/** The chat's public state: the same object while nothing of it that is seen has changed. */
export function createChatView(
  cells: Cells,
  clock: RunClock,
): Pick<Chat, 'getState' | 'subscribe' | 'select'> {
  const shown = byWallClock(clock)
  let core = cells.chat()
  let state = chatStateOf(core, shown(core.connection.state))

  const getState = () => {
    const next = cells.shownChat()
    if (next === core) return state
    if (!isSameState(core, next)) state = chatStateOf(next, shown(next.connection.state))
    core = next
    return state
  }
  return { getState, ...createViewStore(cells.chatTopic, getState) }
}

/** Moments as an app compares them, with `Date.now()`: inside they are of the clock of this run. */
function byWallClock(clock: RunClock): (state: ConnectionState) => ConnectionState {
  let last: { of: ConnectionState; shown: ConnectionState } | undefined
  return (state) => {
    if (last?.of === state) return last.shown
    const ahead = clock.wall() - clock.now()
    let shown = state
    if (state.status === 'waiting') shown = { ...state, retryAt: Math.round(state.retryAt + ahead) }
    if (state.status === 'online') shown = { ...state, since: Math.round(state.since + ahead) }
    last = { of: state, shown }
    return shown
  }
}
