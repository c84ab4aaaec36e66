import type { Chat, ChatState } from '@roomful/client'
import {
  createContext,
  createElement,
  type ReactElement,
  type ReactNode,
  useContext,
  useEffect,
  useMemo,
} from 'react'
import type { DehydratedChat } from './dehydrate'
import { type HydratedChat, hydrate } from './hydrated'
import { type IsEqual, shownInState, useStore } from './store-hook'

const ChatContext = createContext<Chat | null>(null)
const HydratedContext = createContext<HydratedChat | null>(null)

/**
 * Gives one chat to the hooks below it, and connects it. It does not close it: the code that made the chat does, because
 * StrictMode mounts twice and `close()` is for good. `dehydrated`: what a server has rendered with, see `dehydrate`.
 *
 * @example
 * const chat = createChat({ url: 'https://chat.example.com', auth: () => getToken() })
 * const App = () => <ChatProvider chat={chat}><Messages /></ChatProvider>
 */
export function ChatProvider({
  chat,
  dehydrated,
  children,
}: {
  chat: Chat
  dehydrated?: DehydratedChat
  children?: ReactNode
}): ReactElement {
  const hydrated = useMemo(() => hydrate(chat, dehydrated), [chat, dehydrated])
  useEffect(() => {
    chat.connect().catch(shownInState)
  }, [chat])
  const inner = createElement(HydratedContext.Provider, { value: hydrated }, children)
  return createElement(ChatContext.Provider, { value: chat }, inner)
}

/** The chat of the nearest `ChatProvider`. */
export function useChat(): Chat {
  return provided(useContext(ChatContext), 'ChatProvider')
}

/** Any value of the chat's state; renders again only when the value changes (`Object.is`, or your own `isEqual`). */
export function useChatSelector<T>(selector: (state: ChatState) => T, isEqual?: IsEqual<T>): T {
  const { source, idle } = useHydrated().chat
  return useStore(source, idle, selector, isEqual)
}

/** The nearest chat, and what its hooks show before it has begun. */
export function useHydrated(): HydratedChat {
  return provided(useContext(HydratedContext), 'ChatProvider')
}

export function provided<T>(value: T | null | undefined, provider: string): T {
  if (value) return value
  throw new Error(`No <${provider}> above`)
}
