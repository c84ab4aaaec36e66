// @vitest-environment jsdom

import { FakeChat } from '@roomful/testing'
import { act, cleanup, renderHook } from '@testing-library/react'
import { StrictMode } from 'react'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ChatProvider } from './chat-provider'
import { usePresence } from './use-presence'

let chat = new FakeChat()
const anna = { userId: 'anna', status: 'online' as const, lastSeenAt: null }
const watch = (...users: string[]) =>
  renderHook(({ ids }) => usePresence([...ids]), {
    initialProps: { ids: users },
    wrapper: ({ children }) => (
      <StrictMode>
        <ChatProvider chat={chat}>{children}</ChatProvider>
      </StrictMode>
    ),
  })
const listeners = (users: string) => chat.watches.get(users)?.listeners.size

beforeEach(() => {
  chat = new FakeChat()
})
afterEach(cleanup)

test('shows what the watch has; a list written inline stays the same watch', () => {
  const { result, rerender } = watch('anna', 'bo')
  expect(result.current.users.size).toBe(0)
  act(() => chat.watches.get('anna,bo')?.set({ users: new Map([['anna', anna]]) }))
  expect(result.current.users.get('anna')).toEqual(anna)
  rerender({ ids: ['anna', 'bo'] })
  expect(result.current.users.get('anna')).toEqual(anna)
  expect([...chat.watches.keys()]).toEqual(['anna,bo'])
})

test('another list is another watch, and the one before has no listener', () => {
  const { rerender, unmount } = watch('anna')
  rerender({ ids: ['bo'] })
  expect([listeners('anna'), listeners('bo')]).toEqual([0, 1])
  unmount()
  expect(listeners('bo')).toBe(0)
})

test('an empty list watches no one', () => {
  watch()
  expect([...chat.watches.keys()]).toEqual([''])
})

test('a refusal is shown', () => {
  const { result } = watch('anna')
  const error = Object.assign(new Error('refused'), { code: 'LIMIT_EXCEEDED', retry: 'never' })
  act(() => chat.watches.get('anna')?.set({ error: error as never }))
  expect(result.current.error).toBe(error)
})
