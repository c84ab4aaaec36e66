// @vitest-environment jsdom

import { FakeChat, makeShownMessage, makeShownMessages } from '@roomful/testing'
import { act, cleanup, render } from '@testing-library/react'
import { StrictMode } from 'react'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ChatProvider } from './chat-provider'
import { fakeLayout, ROW_PX, removeFakeLayout, resized, VIEW_PX } from './fake-layout'
import { useMessages } from './hooks'
import { RoomProvider } from './room-provider'
import { type MessageScroll, useMessageScroll } from './use-message-scroll'

let chat = new FakeChat()
let scroll: MessageScroll
const room = () => chat.room('a')
const scroller = () => document.getElementById('scroller') as HTMLElement
const topOf = (key: string) => document.querySelector(`[data-key=${key}]`)?.getBoundingClientRect().top

type ListProps = { isShown?: boolean; markRead?: boolean }

function List({ isShown = true, markRead = true }: ListProps) {
  scroll = useMessageScroll({ markRead })
  const messages = useMessages()
  if (!isShown) return null
  return (
    <div ref={scroll.ref} id="scroller">
      <div>
        {messages.map(({ key, content }) => (
          <p key={key} data-key={key}>
            {content}
          </p>
        ))}
      </div>
    </div>
  )
}

const tree = (id: string, props: ListProps = {}) => (
  <StrictMode>
    <ChatProvider chat={chat}>
      <RoomProvider id={id}>
        <List {...props} />
      </RoomProvider>
    </ChatProvider>
  </StrictMode>
)
const threeCome = () => room().set({ messages: makeShownMessages(1, 103), lastSeq: 103, unread: 3 })
const scrollTo = (top: number) =>
  act(() => {
    scroller().scrollTop = top
    scroller().dispatchEvent(new Event('scroll'))
  })
const bottomOf = (rows: number) => rows * ROW_PX - VIEW_PX

beforeEach(() => {
  fakeLayout()
  chat = new FakeChat()
  room().set({ status: 'live', messages: makeShownMessages(1, 100), lastSeq: 100, lastReadSeq: 100 })
})
afterEach(() => {
  cleanup()
  removeFakeLayout()
})

describe('at the bottom', () => {
  test('it opens there and sticks to it', () => {
    render(tree('a'))
    expect(scroller().scrollTop).toBe(bottomOf(100))
    act(() => room().set({ messages: makeShownMessages(1, 103), lastSeq: 103, unread: 3 }))
    expect(scroller().scrollTop).toBe(bottomOf(103))
    expect(scroll).toMatchObject({ atBottom: true, newCount: 0, dividerSeq: null })
  })

  test('what is seen is marked as read', () => {
    render(tree('a'))
    expect(room().callsOf('markRead')).toEqual([])
    act(() => room().set({ messages: makeShownMessages(1, 103), lastSeq: 103, unread: 3 }))
    expect(room().callsOf('markRead').at(-1)).toEqual([103])
  })

  test('not while the page is hidden; then, when it is looked at', () => {
    const hidden = vi.spyOn(document, 'hidden', 'get').mockReturnValue(true)
    render(tree('a'))
    act(() => room().set({ messages: makeShownMessages(1, 103), lastSeq: 103, unread: 3 }))
    expect(room().callsOf('markRead')).toEqual([])
    expect(scroll.dividerSeq).toBe(100)
    hidden.mockReturnValue(false)
    act(() => void document.dispatchEvent(new Event('visibilitychange')))
    expect(room().callsOf('markRead')).toEqual([[103]])
  })

  test('as soon as the app lets it be read', () => {
    const { rerender } = render(tree('a', { markRead: false }))
    act(threeCome)
    expect(room().callsOf('markRead')).toEqual([])
    rerender(tree('a'))
    expect(room().callsOf('markRead').at(-1)).toEqual([103])
  })

  test('not before the room is live', () => {
    room().set({ status: 'catching-up', lastReadSeq: 90 })
    render(tree('a'))
    expect(room().callsOf('markRead')).toEqual([])
    act(() => room().set({ status: 'live' }))
    expect(room().callsOf('markRead')).toEqual([[100]])
  })
})

describe('away from it', () => {
  test('a message that comes moves nothing and is counted, one’s own and deleted ones not', () => {
    render(tree('a'))
    scrollTo(1_000)
    const before = topOf('key-51')
    const mine = makeShownMessage(102, { senderId: 'me' as never })
    const gone = makeShownMessage(103, { deleted: true })
    act(() => room().set({ messages: [...makeShownMessages(1, 101), mine, gone], unread: 1 }))
    expect(topOf('key-51')).toBe(before)
    expect(scroll).toMatchObject({ atBottom: false, newCount: 1, dividerSeq: 100 })
    expect(room().callsOf('markRead')).toEqual([])
    act(() => scroll.scrollToBottom())
    expect(scroller().scrollTop).toBe(bottomOf(103))
    expect(scroll).toMatchObject({ atBottom: true, newCount: 0, dividerSeq: 100 })
    expect(room().callsOf('markRead')).toEqual([[103]])
  })

  test('older messages load above without moving what one reads', () => {
    room().set({ messages: makeShownMessages(51, 100), hasOlder: true })
    render(tree('a'))
    expect(room().callsOf('loadOlder')).toEqual([])
    scrollTo(210)
    expect(room().callsOf('loadOlder')).toEqual([[]])
    const before = topOf('key-62')
    // He scrolls on while they load, and the event of it is not there yet.
    scroller().scrollTop = 200
    act(() => room().set({ messages: makeShownMessages(1, 100), hasOlder: false }))
    expect(topOf('key-62')).toBe((before ?? 0) + 10)
  })

  test('one that loads is not asked for twice', () => {
    room().set({ hasOlder: true, loadingOlder: true })
    render(tree('a'))
    scrollTo(10)
    expect(room().callsOf('loadOlder')).toEqual([])
  })

  test('one’s own new message goes to the bottom', () => {
    render(tree('a'))
    scrollTo(500)
    const mine = makeShownMessage(0, { key: 'new', status: 'sending', senderId: 'me' as never })
    act(() => room().set({ messages: [...makeShownMessages(1, 100), mine] }))
    expect(scroller().scrollTop).toBe(bottomOf(101))
  })

  test('in the middle of the history the end of what is loaded is not the bottom', () => {
    render(tree('a'))
    act(() => room().set({ hasNewer: true, lastSeq: 500 }))
    expect(room().callsOf('loadNewer')).toEqual([[]])
    act(() => room().set({ loadingNewer: true }))
    scrollTo(bottomOf(100))
    expect(scroll.atBottom).toBe(false)
    expect(room().callsOf('loadNewer')).toEqual([[]])
    act(() => scroll.scrollToBottom())
    expect(room().callsOf('jumpTo')).toEqual([[Number.POSITIVE_INFINITY]])
  })
})

describe('unread messages', () => {
  test('a room opens at the first of them; the divider stays while they are read', () => {
    room().set({ lastReadSeq: 60, unread: 40 })
    render(tree('a'))
    expect(topOf('key-61')).toBe(96)
    expect(scroll).toMatchObject({ atBottom: false, newCount: 40, dividerSeq: 60 })
    scrollTo(bottomOf(100))
    expect(room().callsOf('markRead')).toEqual([[100]])
    act(() => room().set({ lastReadSeq: 100, unread: 0 }))
    expect(scroll).toMatchObject({ atBottom: true, newCount: 0, dividerSeq: 60 })
  })

  test('that come only while the room catches up are where it opens, too', () => {
    room().set({ status: 'catching-up', messages: makeShownMessages(1, 60), lastReadSeq: 60, unread: 40 })
    render(tree('a'))
    expect(scroller().scrollTop).toBe(bottomOf(60))
    act(() => room().set({ status: 'live', messages: makeShownMessages(1, 100) }))
    expect(topOf('key-61')).toBe(96)
    expect(scroll).toMatchObject({ atBottom: false, newCount: 40, dividerSeq: 60 })
  })

  test('that come while one already scrolls in what is cached move nothing', () => {
    room().set({ status: 'catching-up', messages: makeShownMessages(1, 60), lastReadSeq: 60, unread: 40 })
    render(tree('a'))
    scrollTo(300)
    act(() => room().set({ status: 'live', messages: makeShownMessages(1, 100) }))
    expect(scroller().scrollTop).toBe(300)
  })

  test('that fit on the screen are read at once', () => {
    room().set({ lastReadSeq: 99, unread: 1 })
    render(tree('a'))
    expect(scroll).toMatchObject({ atBottom: true, dividerSeq: 99 })
    expect(room().callsOf('markRead').at(-1)).toEqual([100])
  })

  test('that come while one is away move the divider to them', () => {
    room().set({ lastReadSeq: 60, unread: 40 })
    render(tree('a'))
    scrollTo(bottomOf(100))
    act(() => room().set({ lastReadSeq: 100, unread: 0 }))
    scrollTo(300)
    act(() => room().set({ messages: makeShownMessages(1, 101), unread: 1 }))
    expect(scroll.dividerSeq).toBe(100)
  })
})

test('rows that change their height move neither the bottom nor what one reads', () => {
  render(tree('a'))
  scroller().scrollTop = 0
  act(() => resized())
  expect(scroller().scrollTop).toBe(bottomOf(100))
  scrollTo(400)
  const first = document.querySelector('[data-key=key-1]')
  const before = topOf('key-21')
  // The row above becomes one row's height taller.
  first?.after(document.createElement('hr'))
  act(() => resized())
  expect(topOf('key-21')).toBe(before)
  first?.nextElementSibling?.remove()
})

describe('a row that grows before the event of the list’s own move is there', () => {
  const grown = () => {
    for (let i = 0; i < 3; i++)
      document.querySelector('[data-key=key-50]')?.after(document.createElement('hr'))
  }
  afterEach(() => {
    for (const row of document.querySelectorAll('hr')) row.remove()
  })

  test('does not take one away from the end', () => {
    render(tree('a'))
    act(threeCome)
    grown()
    scrollTo(scroller().scrollTop)
    act(() => resized())
    expect(scroller().scrollTop).toBe(bottomOf(106))
    expect(scroll.atBottom).toBe(true)
  })

  test('does not hide that one scrolls up then', () => {
    render(tree('a'))
    grown()
    scrollTo(scroller().scrollTop - 10)
    expect(scroll.atBottom).toBe(false)
  })
})

test('who scrolls up by a pixel at a time leaves the end too', () => {
  render(tree('a'))
  for (let px = 1; px <= 45; px++) scrollTo(bottomOf(100) - px)
  expect(scroll.atBottom).toBe(false)
  act(threeCome)
  expect(scroller().scrollTop).toBe(bottomOf(100) - 45)
})

test('who has scrolled to the end leaves it as easily', () => {
  render(tree('a'))
  scrollTo(100)
  act(threeCome)
  scrollTo(bottomOf(103) - 10)
  expect(scroll.atBottom).toBe(true)
  scrollTo(bottomOf(103) - 50)
  expect(scroll.atBottom).toBe(false)
})

test('another room starts over', () => {
  chat.room('b').set({ status: 'live', messages: makeShownMessages(1, 40), lastReadSeq: 40, lastSeq: 40 })
  const { rerender } = render(tree('a'))
  scrollTo(100)
  expect(scroll.atBottom).toBe(false)
  rerender(tree('b'))
  expect(scroll.atBottom).toBe(true)
  expect(scroller().scrollTop).toBe(bottomOf(40))
  expect(room().callsOf('markRead')).toEqual([])
})

describe('a list that is taken out of the page', () => {
  test('reads nothing and goes nowhere, though its component stays', () => {
    const { rerender } = render(tree('a'))
    rerender(tree('a', { isShown: false }))
    act(threeCome)
    act(() => scroll.scrollToBottom())
    expect([room().callsOf('markRead'), room().callsOf('jumpTo')]).toEqual([[], []])
    rerender(tree('a'))
    expect(room().callsOf('markRead').at(-1)).toEqual([103])
  })

  test('reads nothing of what comes in the same moment', () => {
    const { rerender } = render(tree('a'))
    act(() => {
      rerender(tree('a', { isShown: false }))
      threeCome()
    })
    expect(room().callsOf('markRead')).toEqual([])
  })
})

describe('a list that is hidden by a style, as a panel that stays mounted hides it', () => {
  const hide = (isHidden: boolean): void => {
    const element = scroller()
    if (isHidden) Object.defineProperty(element, 'clientHeight', { value: 0, configurable: true })
    else Reflect.deleteProperty(element, 'clientHeight')
    act(() => resized())
  }

  test('reads nothing until it is shown again', () => {
    render(tree('a'))
    hide(true)
    act(threeCome)
    expect(room().callsOf('markRead')).toEqual([])
    hide(false)
    expect(room().callsOf('markRead').at(-1)).toEqual([103])
  })

  test('is where one read, when it is shown again', () => {
    render(tree('a'))
    scrollTo(0)
    expect(scroll.atBottom).toBe(false)
    hide(true)
    hide(false)
    expect(scroll.atBottom).toBe(false)
  })
})

test('after unmounting nothing listens any more', () => {
  const { unmount } = render(tree('a'))
  const element = scroller()
  unmount()
  element.dispatchEvent(new Event('scroll'))
  document.dispatchEvent(new Event('visibilitychange'))
  expect(room().listeners.size).toBe(0)
  expect(room().callsOf('markRead')).toEqual([])
})
