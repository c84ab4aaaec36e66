// @vitest-environment jsdom

import { FakeChat, makeShownMessage, makeShownMessages } from '@roomful/testing'
import { act, cleanup, render } from '@testing-library/react'
import { memo, type ReactNode } from 'react'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ChatProvider } from './chat-provider'
import { useMessage, useMessages, useReadReceipts, useRooms, useTyping, useUnread } from './hooks'
import { RoomProvider, useRoomSelector } from './room-provider'
import { sameItems } from './store-hook'

let chat = new FakeChat()
let renders: Record<string, number> = {}
const count = (name: string) => {
  renders[name] = (renders[name] ?? 0) + 1
}
const room = () => chat.room('general')

beforeEach(() => {
  chat = new FakeChat()
  room().set({ status: 'live', messages: makeShownMessages(1, 100) })
  renders = {}
})
afterEach(cleanup)

function show(children: ReactNode) {
  render(
    <ChatProvider chat={chat}>
      <RoomProvider id="general">{children}</RoomProvider>
    </ChatProvider>,
  )
}

const Row = memo(function Row({ id }: { id: string }) {
  count(id)
  return <p>{useMessage(id)?.content}</p>
})
function Keys() {
  const keys = useRoomSelector((state) => state.messages.map(({ key }) => key), sameItems)
  count('list')
  return keys.map((key) => <Row key={key} id={key} />)
}
function List() {
  count('list')
  return <p>{useMessages().length}</p>
}

test('an edit renders the row of that message again, and no other', () => {
  show(<Keys />)
  expect(Object.keys(renders)).toHaveLength(101)
  renders = {}
  const messages = [...room().messages()]
  messages[41] = makeShownMessage(42, { content: 'edited' })
  act(() => room().set({ messages }))
  expect(renders).toEqual({ 'key-42': 1 })
  expect(document.body.textContent).toContain('edited')
})

test('a new message renders the list once and only its own row', () => {
  show(<Keys />)
  renders = {}
  act(() => room().set({ messages: [...room().messages(), makeShownMessage(101)] }))
  expect(renders).toEqual({ list: 1, 'key-101': 1 })
})

test('a row that goes away does not break', () => {
  show(<Keys />)
  act(() => room().set({ messages: room().messages().slice(1) }))
  expect(document.querySelectorAll('p')).toHaveLength(99)
})

test('one batch is one render, however many messages it has', () => {
  show(<List />)
  act(() => room().set({ messages: [...room().messages(), ...makeShownMessages(101, 300)], unread: 200 }))
  expect(renders).toEqual({ list: 2 })
  expect(document.body.textContent).toBe('300')
})

test('typing and read receipts do not render the messages', () => {
  function Typing() {
    count('typing')
    return <i>{useTyping().map(({ name }) => name)}</i>
  }
  show(
    <>
      <List />
      <Typing />
    </>,
  )
  renders = {}
  act(() => room().set({ typing: [{ userId: 'anna' as never, name: 'Anna' }] }))
  act(() => room().set({ reads: new Map([['anna', 7]]) }))
  expect(renders).toEqual({ typing: 1 })
})

test('receipts of a message are its own: a cursor that moves elsewhere is no render', () => {
  function Readers() {
    count('readers')
    return <i>{useReadReceipts(50).join(' ')}</i>
  }
  show(<Readers />)
  act(() => room().set({ reads: new Map([['anna', 49]]) }))
  expect(renders).toEqual({ readers: 1 })
  act(() =>
    room().set({
      reads: new Map([
        ['anna', 50],
        ['bo', 3],
      ]),
    }),
  )
  act(() =>
    room().set({
      reads: new Map([
        ['anna', 51],
        ['bo', 4],
      ]),
    }),
  )
  expect(renders).toEqual({ readers: 2 })
  expect(document.body.textContent).toBe('anna')
})

test('a notification without a change is no render', () => {
  show(<List />)
  act(() => room().set({}))
  act(() => chat.set({}))
  expect(renders).toEqual({ list: 1 })
})

test('unread is of the room around, of a named one, or of all', () => {
  const summary = (id: string, unread: number) => ({ id, unread }) as never
  chat.set({ rooms: [summary('general', 3), summary('other', 4)], unreadTotal: 7 })
  const Unread = ({ of }: { of?: string }) => <b>{useUnread(of)} </b>
  const Rooms = () => <b>{useRooms().length} </b>
  render(
    <ChatProvider chat={chat}>
      <Unread />
      <Rooms />
      <RoomProvider id="general">
        <Unread />
        <Unread of="other" />
        <Unread of="unknown" />
      </RoomProvider>
    </ChatProvider>,
  )
  expect(document.body.textContent).toBe('7 2 3 4 0 ')
})

test('an inline selector that builds what it returns keeps its reference over renders, and does not loop', () => {
  const seen = new Set<unknown>()
  const Keys = ({ tick }: { tick: number }) => {
    seen.add(useRoomSelector((state) => state.messages.map(({ key }) => key), sameItems))
    return <p>{tick}</p>
  }
  const Sloppy = () => <p>{useRoomSelector((state) => ({ count: state.messages.length })).count}</p>
  const tree = (tick: number) => (
    <ChatProvider chat={chat}>
      <RoomProvider id="general">
        <Keys tick={tick} />
        <Sloppy />
      </RoomProvider>
    </ChatProvider>
  )
  const { rerender } = render(tree(1))
  rerender(tree(2))
  act(() => room().set({ unread: 1 }))
  expect(seen.size).toBe(1)
  expect(document.body.textContent).toBe('2100')
})
