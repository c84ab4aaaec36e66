// @vitest-environment jsdom
import { ChatError } from '@roomful/client'
import { FakeChat, makeShownMessage, makeShownMessages } from '@roomful/testing'
import { act, cleanup, render } from '@testing-library/react'
import { StrictMode } from 'react'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ChatProvider } from './chat-provider'
import { fakeLayout, ROW_PX, removeFakeLayout, VIEW_PX } from './fake-layout'
import { COUNT_EVERY_MS } from './far-count'
import { useMessages } from './hooks'
import { RoomProvider } from './room-provider'
import { type ScrollOptions, SERVER_COUNTS_TO } from './scroll-view'
import { type MessageScroll, useMessageScroll } from './use-message-scroll'

let chat = new FakeChat()
let scroll: MessageScroll
const room = () => chat.room('a')
const scroller = () => document.getElementById('scroller') as HTMLElement
const topOf = (key: string) => document.querySelector(`[data-key=${key}]`)?.getBoundingClientRect().top
const refuseJumps = () => {
  room().jumpTo = () => Promise.reject(new Error('refused'))
}
const JUMP_TOP_PX = VIEW_PX / 3
const atEnd = (rows: number) => rows * ROW_PX - VIEW_PX

function List({ options }: { options: ScrollOptions }) {
  scroll = useMessageScroll(options)
  return (
    <div ref={scroll.ref} id="scroller">
      <div>
        {useMessages().map(({ key, content }) => (
          <p key={key} data-key={key}>
            {content}
          </p>
        ))}
      </div>
    </div>
  )
}

const show = (options: ScrollOptions = {}) =>
  render(
    <StrictMode>
      <ChatProvider chat={chat}>
        <RoomProvider id="a">
          <List options={options} />
        </RoomProvider>
      </ChatProvider>
    </StrictMode>,
  )
/** The room answers a jump: these rows are shown now. */
const arrive = (seq: number | null, from: number, to: number) =>
  act(() =>
    room().set({
      messages: makeShownMessages(from, to),
      jump: { seq },
      hasOlder: from > 1,
      hasNewer: to < room().getState().lastSeq,
    }),
  )

beforeEach(() => {
  fakeLayout()
  chat = new FakeChat()
  room().set({
    status: 'live',
    messages: makeShownMessages(901, 1_000),
    lastSeq: 1_000,
    lastReadSeq: 1_000,
    hasOlder: true,
  })
})
afterEach(() => {
  vi.useRealTimers()
  cleanup()
  removeFakeLayout()
})

describe('more unread than is loaded', () => {
  beforeEach(() => room().set({ lastReadSeq: 300, unread: SERVER_COUNTS_TO }))

  test('opens at the first of them, with the divider there, and counts all of them', () => {
    show()
    expect(room().callsOf('jumpTo')).toContainEqual([301])
    arrive(301, 276, 325)
    expect(topOf('key-301')).toBe(96)
    expect(scroll).toMatchObject({ atBottom: false, newCount: 700, dividerSeq: 300, canGoBack: false })
    expect(room().callsOf('markRead')).toEqual([])
  })

  test("of those that are loaded it counts none that is deleted, one's own or of the system", () => {
    show()
    arrive(301, 276, 325)
    const [deleted, own, system, ...others] = makeShownMessages(301, 325)
    const { user } = chat.getState()
    if (!deleted || !own || !system || !user) throw new Error('too few')
    const odd = [
      { ...deleted, deleted: true },
      { ...own, senderId: user.id },
      { ...system, type: 'system' },
    ]
    act(() => room().set({ messages: [...makeShownMessages(276, 300), ...odd, ...others] }))
    expect(scroll.newCount).toBe(697)
  })

  test('those that are not loaded are counted by the server, step by step (I13)', async () => {
    vi.useFakeTimers()
    const answers = new Map([
      [300, { count: 290, toSeq: 600, lastSeq: 1_000 }],
      [600, { count: 355, toSeq: 1_000, lastSeq: 1_000 }],
    ])
    chat.answer = async (_, payload) => answers.get((payload as { afterSeq: number }).afterSeq)
    show()
    await act(async () => arrive(301, 276, 325))
    expect(scroll.newCount).toBe(645)
    // One of the next two is the user's own, from another device: known with the next count.
    act(() => room().set({ lastSeq: 1_001 }))
    act(() => room().set({ lastSeq: 1_002 }))
    expect(scroll.newCount).toBe(647)
    answers.set(300, { count: 646, toSeq: 1_002, lastSeq: 1_002 })
    const asked = chat.requests.length
    await act(() => vi.advanceTimersByTimeAsync(COUNT_EVERY_MS))
    expect(scroll.newCount).toBe(646)
    expect(chat.requests.slice(asked)).toEqual([
      ['count-unread', { roomId: 'a', afterSeq: 300 }, { signal: expect.any(AbortSignal) }],
    ])
    await act(() => vi.advanceTimersByTimeAsync(2 * COUNT_EVERY_MS))
    expect(chat.requests).toHaveLength(asked + 1)
  })

  test('a server that cannot count is asked once; one that cannot be reached, when something changes', async () => {
    vi.useFakeTimers()
    let refusal = new ChatError('OFFLINE', 'There is no connection')
    chat.answer = async () => {
      throw refusal
    }
    show()
    await act(async () => arrive(301, 276, 325))
    const asked = chat.requests.length
    await act(() => vi.advanceTimersByTimeAsync(10 * COUNT_EVERY_MS))
    expect(chat.requests).toHaveLength(asked)
    refusal = new ChatError('UNKNOWN_EVENT', 'No such event')
    for (const lastSeq of [1_001, 1_002, 1_003]) {
      await act(async () => room().set({ lastSeq }))
      await act(() => vi.advanceTimersByTimeAsync(2 * COUNT_EVERY_MS))
      expect([chat.requests.length, scroll.newCount]).toEqual([asked + 1, lastSeq - 300])
    }
  })

  test('a room that is left is not counted any further', async () => {
    vi.useFakeTimers()
    chat.answer = async () => ({ count: 645, toSeq: 1_000, lastSeq: 1_000 })
    const { unmount } = show()
    await act(async () => arrive(301, 276, 325))
    act(() => room().set({ lastSeq: 1_001 }))
    unmount()
    const asked = chat.requests.length
    expect(asked).toBeGreaterThan(0)
    await vi.advanceTimersByTimeAsync(2 * COUNT_EVERY_MS)
    expect(chat.requests).toHaveLength(asked)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('a server is not asked without need: all is loaded, or few are unread', async () => {
    room().set({ lastReadSeq: 950, unread: 12 })
    show()
    await act(async () => arrive(951, 926, 975))
    expect(scroll.newCount).toBe(12)
    expect(chat.requests).toEqual([])
  })

  test('nothing is read before it is there', () => {
    show()
    act(() => void document.dispatchEvent(new Event('visibilitychange')))
    expect(room().callsOf('markRead')).toEqual([])
  })

  test('where it is refused, the room opens at the end', async () => {
    refuseJumps()
    show()
    await act(async () => undefined)
    expect(scroller().scrollTop).toBe(atEnd(100))
    act(() => room().set({ messages: makeShownMessages(901, 1_001), lastSeq: 1_001 }))
    expect(room().callsOf('markRead').at(-1)).toEqual([1_001])
  })

  test('opens at the end where that is asked for', () => {
    show({ openAt: 'end' })
    expect(room().callsOf('jumpTo')).toEqual([])
    expect(scroller().scrollTop).toBe(atEnd(100))
  })
})

test('a room opens at a message that a link names', () => {
  show({ openAt: { place: 'message-id' } })
  expect(room().callsOf('jumpTo')).toContainEqual(['message-id'])
  arrive(500, 476, 525)
  expect(topOf('key-500')).toBeCloseTo(JUMP_TOP_PX)
})

describe('a jump', () => {
  test('to a loaded message moves there, whoever asked for it', () => {
    show()
    expect(scroller().scrollTop).toBe(atEnd(100))
    arrive(950, 901, 1_000)
    expect(topOf('key-950')).toBeCloseTo(JUMP_TOP_PX)
    expect(scroll.atBottom).toBe(false)
    arrive(950, 901, 1_000)
    expect(topOf('key-950')).toBeCloseTo(JUMP_TOP_PX)
  })

  test('to one that is not loaded lands on it, and names it if asked to', async () => {
    show()
    await act(() => scroll.scrollTo('id-400', { highlight: true }))
    expect(room().callsOf('jumpTo')).toContainEqual(['id-400'])
    expect(scroll.highlightedKey).toBeNull()
    arrive(400, 376, 425)
    expect(topOf('key-400')).toBeCloseTo(JUMP_TOP_PX)
    expect(scroll).toMatchObject({ highlightedKey: 'key-400', atBottom: false, newCount: 0 })
    arrive(410, 376, 425)
    expect(scroll.highlightedKey).toBeNull()
  })

  test('counts what comes meanwhile, though it is not loaded', () => {
    show()
    arrive(400, 376, 425)
    act(() => room().set({ lastSeq: 1_003, unread: 3 }))
    expect(scroll.newCount).toBe(3)
  })

  test('can be taken back: to the end', async () => {
    show()
    expect(scroll.canGoBack).toBe(false)
    arrive(400, 376, 425)
    expect(scroll.canGoBack).toBe(true)
    act(() => scroll.goBack())
    expect(room().callsOf('jumpTo').at(-1)).toEqual([Number.POSITIVE_INFINITY])
    arrive(null, 901, 1_000)
    expect(scroller().scrollTop).toBe(atEnd(100))
    expect(scroll.canGoBack).toBe(false)
  })

  test('can be taken back: to the row one read, at its height', () => {
    show()
    act(() => {
      scroller().scrollTop = 50 * ROW_PX + 5
      scroller().dispatchEvent(new Event('scroll'))
    })
    const before = topOf('key-951')
    arrive(400, 376, 425)
    act(() => scroll.goBack())
    expect(room().callsOf('jumpTo').at(-1)).toEqual([951])
    arrive(951, 901, 1_000)
    expect(topOf('key-951')).toBe(before)
    expect(scroll.canGoBack).toBe(false)
  })

  test('can be taken back to where one read what is not sent yet', () => {
    const unsent = Array.from({ length: 20 }, (_, i) =>
      makeShownMessage(0, { key: `unsent-${i}`, status: 'queued' }),
    )
    room().set({ messages: [...makeShownMessages(901, 1_000), ...unsent] })
    show()
    act(() => {
      scroller().scrollTop = 105 * ROW_PX
      scroller().dispatchEvent(new Event('scroll'))
    })
    expect(scroll.atBottom).toBe(false)
    arrive(400, 376, 425)
    act(() => scroll.goBack())
    expect(room().callsOf('jumpTo').at(-1)).toEqual([1_000])
  })

  test('that is refused leaves no trace on the next one', async () => {
    show()
    refuseJumps()
    await act(() => expect(scroll.scrollTo('gone', { highlight: true })).rejects.toThrow('refused'))
    arrive(400, 376, 425)
    expect(scroll.highlightedKey).toBeNull()
  })
})

test('without markRead nothing is read', () => {
  show({ markRead: false })
  act(() => room().set({ messages: makeShownMessages(901, 1_003), lastSeq: 1_003, unread: 3 }))
  expect(scroll).toMatchObject({ atBottom: true, newCount: 0 })
  expect(room().callsOf('markRead')).toEqual([])
})
