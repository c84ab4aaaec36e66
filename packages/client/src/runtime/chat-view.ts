import type { Chat } from '../chat'
import { chatStateOf } from '../core/chat-core'
import type { ConnectionState } from '../core/chat-shape'
import { sameList } from '../core/view/shown-messages'
import type { Cells } from './cells'
import type { RunClock } from './steady-clock'
import { createSubscribing } from './subscribing'

/** The chat's public state: the same object while nothing of it that is seen has changed. */
export function createChatView(
  cells: Cells,
  clock: RunClock,
): Pick<Chat, 'getState' | 'subscribe' | 'select'> {
  const connectionOf = byWallClock(clock)
  const view = (core: ReturnType<Cells['chat']>) => ({
    ...chatStateOf(core),
    connection: connectionOf(core.connection.state),
  })
  let core = cells.chat()
  let state = view(core)

  const getState = () => {
    if (core === cells.shownChat()) return state
    core = cells.shownChat()
    const next = view(core)
    if (!sameList(Object.values(state), Object.values(next))) state = next
    return state
  }
  return { getState, ...createSubscribing(cells.chatTopic, getState) }
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
