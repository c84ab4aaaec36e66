// @vitest-environment jsdom
import { act, cleanup, renderHook } from '@testing-library/react'
import { StrictMode } from 'react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ChatProvider } from './chat-provider'
import { FakeChat } from './fake-chat'
import { PRESENCE_REFRESH_MS, usePresence } from './use-presence'

let chat = new FakeChat()
const asked = () =>
  chat.requests.map(([event, payload]) => [event, (payload as { userIds: string[] }).userIds])
const pass = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms))
const watch = (...users: string[]) =>
  renderHook(() => usePresence([...users]), {
    wrapper: ({ children }) => (
      <StrictMode>
        <ChatProvider chat={chat}>{children}</ChatProvider>
      </StrictMode>
    ),
  })
const anna = { userId: 'anna', status: 'online', lastSeenAt: null }

beforeEach(() => {
  vi.useFakeTimers()
  chat = new FakeChat()
  chat.set({ connection: { status: 'online', since: 0 } })
  chat.answer = async () => ({ ok: true, presence: [anna] })
})
afterEach(() => {
  cleanup()
  vi.useRealTimers()
})

test('is asked once, whatever StrictMode does, and again from time to time', async () => {
  const { result, rerender } = watch('anna', 'bo')
  await pass(0)
  expect(asked()).toEqual([['watch-presence', ['anna', 'bo']]])
  expect(result.current.users.get('anna')).toEqual(anna)
  rerender()
  await pass(PRESENCE_REFRESH_MS)
  expect(asked()).toHaveLength(2)
})

test('of nobody asks nothing', async () => {
  watch()
  await pass(PRESENCE_REFRESH_MS)
  expect(asked()).toEqual([])
})

test('after unmounting nothing is asked, no timer and no listener is left', async () => {
  const { unmount } = watch('anna')
  await pass(0)
  unmount()
  await pass(10 * PRESENCE_REFRESH_MS)
  expect(asked()).toHaveLength(1)
  expect([vi.getTimerCount(), chat.listeners.size]).toEqual([0, 0])
})

test('offline it waits for the line', async () => {
  chat.set({ connection: { status: 'connecting', attempt: 1 } })
  watch('anna')
  await pass(2 * PRESENCE_REFRESH_MS)
  expect(asked()).toEqual([])
  chat.set({ connection: { status: 'online', since: 0 } })
  await pass(0)
  expect(asked()).toHaveLength(1)
})

test('a refusal is told, keeps what was known, and one for good is not repeated', async () => {
  const { result } = watch('anna')
  await pass(0)
  const refusal = (retry: string) => Object.assign(new Error('refused'), { retry })
  const busy = refusal('after')
  chat.answer = () => Promise.reject(busy)
  await pass(PRESENCE_REFRESH_MS)
  expect(result.current).toEqual({ users: new Map([['anna', anna]]), error: busy })
  chat.answer = () => Promise.reject(refusal('never'))
  await pass(PRESENCE_REFRESH_MS)
  await pass(10 * PRESENCE_REFRESH_MS)
  expect(asked()).toHaveLength(3)
})
