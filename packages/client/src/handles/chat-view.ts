import type { Chat } from '../chat'
import type { ChatStore } from '../engine/chat-store'
import { chatStateOf, isSameState } from '../model/chat-model'
import type { ConnectionState } from '../model/chat-shape'
import type { RunClock } from '../platform/steady-clock'
import { createViewStore } from './view-store'

/** The chat's public state: the same object while nothing of it that is seen has changed. */
export function createChatView(
  store: ChatStore,
  clock: RunClock,
): Pick<Chat, 'getState' | 'subscribe' | 'select'> {
  const shown = byWallClock(clock)
  let model = store.chat()
  let state = chatStateOf(model, shown(model.connection.state))

  const getState = () => {
    const next = store.shownChat()
    if (next === model) return state
    if (!isSameState(model, next)) state = chatStateOf(next, shown(next.connection.state))
    model = next
    return state
  }
  return { getState, ...createViewStore(store.chatTopic, getState) }
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
