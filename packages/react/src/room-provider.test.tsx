// @vitest-environment jsdom

import { FakeChat, makeShownMessages } from '@roomful/testing'
import { act, cleanup, render, renderHook } from '@testing-library/react'
import { type ReactNode, StrictMode } from 'react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ChatProvider, useChat } from './chat-provider'
import { useMessages, useSend } from './hooks'
import { RELEASE_DELAY_MS, RoomProvider, useRoom, useRoomSelector } from './room-provider'

let chat = new FakeChat()
/** How many holders the room had after each call: 0 in the middle would be leaving and joining again. */
const holders = (id: string) => {
  let open = 0
  return chat.room(id).calls.map(([name]) => (name === 'open' ? ++open : --open))
}

beforeEach(() => {
  chat = new FakeChat()
  vi.useFakeTimers()
})
afterEach(() => {
  cleanup()
  vi.useRealTimers()
})

const inStrictMode = (children: ReactNode) => (
  <StrictMode>
    <ChatProvider chat={chat}>{children}</ChatProvider>
  </StrictMode>
)

test('StrictMode does not leave and join again', () => {
  render(inStrictMode(<RoomProvider id="a" />))
  vi.advanceTimersByTime(10 * RELEASE_DELAY_MS)
  expect(holders('a')).toEqual([1, 2, 1])
})

test('unmounting closes once, a moment later, and leaves no listener', () => {
  const List = () => <p>{useMessages().length}</p>
  const { unmount } = render(
    inStrictMode(
      <RoomProvider id="a">
        <List />
      </RoomProvider>,
    ),
  )
  expect(chat.room('a').listeners.size).toBe(1)
  unmount()
  expect(chat.room('a').listeners.size).toBe(0)
  vi.advanceTimersByTime(RELEASE_DELAY_MS - 1)
  expect(holders('a')).toEqual([1, 2])
  vi.advanceTimersByTime(1)
  expect(holders('a')).toEqual([1, 2, 1, 0])
  vi.advanceTimersByTime(10 * RELEASE_DELAY_MS)
  expect(holders('a')).toHaveLength(4)
})

test('two holders: the room closes after the second', () => {
  const { rerender } = render(
    inStrictMode([<RoomProvider key="1" id="a" />, <RoomProvider key="2" id="a" />]),
  )
  rerender(inStrictMode([<RoomProvider key="2" id="a" />]))
  vi.advanceTimersByTime(2 * RELEASE_DELAY_MS)
  expect(holders('a').at(-1)).toBe(1)
  rerender(inStrictMode([]))
  vi.advanceTimersByTime(2 * RELEASE_DELAY_MS)
  expect(holders('a').at(-1)).toBe(0)
})

test('another room: the new one opens, the old one closes; going back soon keeps it open', () => {
  const { rerender } = render(inStrictMode(<RoomProvider id="a" />))
  rerender(inStrictMode(<RoomProvider id="b" />))
  expect([holders('a').at(-1), holders('b').at(-1)]).toEqual([2, 1])
  rerender(inStrictMode(<RoomProvider id="a" />))
  vi.advanceTimersByTime(2 * RELEASE_DELAY_MS)
  expect([holders('a').at(-1), holders('b').at(-1)]).toEqual([1, 0])
  expect(holders('a')).not.toContain(0)
})

test('a room that was closed opens again', () => {
  const { rerender } = render(inStrictMode(<RoomProvider id="a" />))
  rerender(inStrictMode([]))
  vi.advanceTimersByTime(2 * RELEASE_DELAY_MS)
  rerender(inStrictMode(<RoomProvider id="a" />))
  expect(holders('a').slice(0, 4)).toEqual([1, 2, 1, 0])
  expect(holders('a').at(-1)).toBeGreaterThan(0)
})

test('an open that is refused raises nothing', async () => {
  const unhandled = vi.fn()
  process.on('unhandledRejection', unhandled)
  chat.room('a').answerOpen = () => Promise.reject(new Error('ROOM_NOT_FOUND'))
  render(inStrictMode(<RoomProvider id="a" />))
  vi.useRealTimers()
  await new Promise((resolve) => setImmediate(resolve))
  process.off('unhandledRejection', unhandled)
  expect(unhandled).not.toHaveBeenCalled()
})

test('the provider connects the chat and does not close it', () => {
  const close = vi.spyOn(chat, 'close')
  const { unmount } = render(inStrictMode(null))
  expect(chat.connects).toBeGreaterThan(0)
  unmount()
  expect(close).not.toHaveBeenCalled()
})

test('useRoom(id) holds a room open without a provider', () => {
  const { result, unmount } = renderHook(() => useRoom('a'), {
    wrapper: ({ children }) => inStrictMode(children),
  })
  expect(result.current).toBe(chat.room('a'))
  unmount()
  vi.advanceTimersByTime(RELEASE_DELAY_MS)
  expect(holders('a').at(-1)).toBe(0)
})

test('after a change of room the hooks show the new one in the same render', () => {
  chat.room('a').set({ messages: makeShownMessages(1, 3) })
  chat.room('b').set({ messages: makeShownMessages(1, 5) })
  const seen: string[] = []
  function List() {
    seen.push(`${useRoomSelector((state) => state.id)} ${useMessages().length}`)
    return null
  }
  const of = (id: string) => (
    <ChatProvider chat={chat}>
      <RoomProvider id={id}>
        <List />
      </RoomProvider>
    </ChatProvider>
  )
  const { rerender } = render(of('a'))
  rerender(of('b'))
  expect(seen).toEqual(['a 3', 'b 5'])
})

test('send keeps its identity and sends into the room', () => {
  const { result, rerender } = renderHook(() => useSend(), {
    wrapper: ({ children }) => inStrictMode(<RoomProvider id="a">{children}</RoomProvider>),
  })
  const first = result.current
  rerender()
  expect(result.current).toBe(first)
  act(() => void first('hi'))
  expect(chat.room('a').callsOf('send')).toEqual([['hi']])
})

test('a hook outside of its provider says which one is missing', () => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined)
  expect(() => renderHook(() => useChat())).toThrow('<ChatProvider')
  expect(() =>
    renderHook(() => useRoom(), {
      wrapper: ({ children }) => <ChatProvider chat={chat}>{children}</ChatProvider>,
    }),
  ).toThrow('<RoomProvider')
  vi.restoreAllMocks()
})
