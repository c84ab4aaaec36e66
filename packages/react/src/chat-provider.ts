import type { Chat, ChatState } from '@roomful/client'
import { createContext, createElement, type ReactElement, type ReactNode, useContext, useEffect } from 'react'
import { IDLE_CHAT } from './idle'
import { type IsEqual, shownInState, useStore } from './store-hook'

const ChatContext = createContext<Chat | null>(null)

/**
 * Gives one chat to the hooks below it, and connects it. It does not close it: the code that made the chat does, because
 * StrictMode mounts twice and `close()` is for good.
 *
 * @example
 * const chat = createChat({ url: 'https://chat.example.com', auth: () => getToken() })
 * const App = () => <ChatProvider chat={chat}><Messages /></ChatProvider>
 */
export function ChatProvider({ chat, children }: { chat: Chat; children?: ReactNode }): ReactElement {
  useEffect(() => {
    chat.connect().catch(shownInState)
  }, [chat])
  return createElement(ChatContext.Provider, { value: chat }, children)
}

/** The chat of the nearest `ChatProvider`. */
export function useChat(): Chat {
  return provided(useContext(ChatContext), 'ChatProvider')
}

/** Any value of the chat's state; renders again only when the value changes (`Object.is`, or your own `isEqual`). */
export function useChatSelector<T>(selector: (state: ChatState) => T, isEqual?: IsEqual<T>): T {
  return useStore(useChat(), IDLE_CHAT, selector, isEqual)
}

export function provided<T>(value: T | null | undefined, provider: string): T {
  if (value) return value
  throw new Error(`No <${provider}> above`)
}
