import type { Chat } from '../chat'
import { chatStateOf } from '../core/chat-core'
import { sameList } from '../core/view/shown-messages'
import type { Cells } from './cells'
import { createSubscribing } from './subscribing'

/** The chat's public state: the same object while nothing of it that is seen has changed. */
export function createChatView(cells: Cells): Pick<Chat, 'getState' | 'subscribe' | 'select'> {
  let core = cells.chat()
  let state = chatStateOf(core)

  const getState = () => {
    if (core === cells.chat()) return state
    core = cells.chat()
    const next = chatStateOf(core)
    if (!sameList(Object.values(state), Object.values(next))) state = next
    return state
  }
  return { getState, ...createSubscribing(cells.chatTopic, getState) }
}
