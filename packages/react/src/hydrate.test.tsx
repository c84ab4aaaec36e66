// @vitest-environment jsdom
import type { Chat } from '@roomful/client'
import { FakeChat, makeShownMessage, makeShownMessages } from '@roomful/testing'
import { act } from '@testing-library/react'
import { hydrateRoot, type Root } from 'react-dom/client'
import { renderToString } from 'react-dom/server'
import { afterEach, expect, test, vi } from 'vitest'
import { ChatProvider } from './chat-provider'
import { type DehydratedChat, dehydrate, serializeDehydrated } from './dehydrate'
import { useMessages, useUnread } from './hooks'
import { RoomProvider, useRoomSelector } from './room-provider'

const ROOM = 'general'
let root: Root | undefined
afterEach(() => act(() => root?.unmount()))

function Page({ chat, dehydrated }: { chat: Chat; dehydrated: DehydratedChat }) {
  return (
    <ChatProvider chat={chat} dehydrated={dehydrated}>
      <RoomProvider id={ROOM}>
        <Hall />
      </RoomProvider>
    </ChatProvider>
  )
}

function Hall() {
  const reads = useRoomSelector((state) => state.reads.get('anna') ?? 0)
  const texts = useMessages().map(({ content }) => content)
  return <p>{[`${useUnread()} unread`, `read ${reads}`, ...texts].join(', ')}</p>
}

/** As the client of the server that renders has it. */
function atServer(): FakeChat {
  const chat = new FakeChat()
  chat.set({ unreadTotal: 2, connection: { status: 'online', since: 1 } })
  const unsent = makeShownMessage(0, { status: 'queued', content: 'unsent' })
  chat.room(ROOM).set({
    status: 'live',
    messages: [...makeShownMessages(1, 3), unsent],
    reads: new Map([['anna', 2]]),
    draft: 'secret draft',
  })
  return chat
}

/** The state as it comes out of the page's script. */
const carried = (state: DehydratedChat): DehydratedChat => JSON.parse(serializeDehydrated(state))
const FIRST = '0 unread, read 2, message 1, message 2, message 3'

test('what the server rendered is there at the first paint, without a mismatch, and until the chat has rows', async () => {
  const dehydrated = dehydrate(atServer(), { rooms: [ROOM] })
  const html = renderToString(<Page chat={new FakeChat()} dehydrated={dehydrated} />)
  expect(html).toBe(`<p>${FIRST}</p>`)

  const container = document.createElement('div')
  container.innerHTML = html
  const said = vi.spyOn(console, 'error')
  const onRecoverableError = vi.fn()
  const chat = new FakeChat()
  chat.set({ user: null, connection: { status: 'idle' } })
  const page = <Page chat={chat} dehydrated={carried(dehydrated)} />
  root = await act(async () => hydrateRoot(container, page, { onRecoverableError }))
  expect(container.innerHTML).toBe(html)

  const room = chat.room(ROOM)
  act(() => room.set({ status: 'loading' }))
  expect(container.textContent).toBe(FIRST)
  act(() => room.set({ messages: [makeShownMessage(0, { status: 'queued', content: 'mine' })] }))
  expect(container.textContent).toBe(`${FIRST}, mine`)
  act(() => room.set({ status: 'live', messages: makeShownMessages(3, 4), reads: new Map([['anna', 4]]) }))
  expect(container.textContent).toBe('0 unread, read 4, message 3, message 4')
  // As after a purge, or when the memory was freed.
  act(() => room.set({ status: 'offline', messages: [], reads: new Map() }))
  expect(container.textContent).toBe('0 unread, read 0')
  expect([onRecoverableError.mock.calls, said.mock.calls]).toEqual([[], []])
  said.mockRestore()
})

test('a room that turns out not to be the user’s shows nothing of it', async () => {
  const dehydrated = dehydrate(atServer(), { rooms: [ROOM] })
  const container = document.createElement('div')
  container.innerHTML = renderToString(<Page chat={new FakeChat()} dehydrated={dehydrated} />)
  const chat = new FakeChat()
  root = await act(async () => hydrateRoot(container, <Page chat={chat} dehydrated={dehydrated} />))
  act(() => chat.room(ROOM).set({ status: 'removed' }))
  expect(container.textContent).toBe('0 unread, read 0')
})

test('nothing of it is shown after signing out, though the room has not begun', async () => {
  const dehydrated = dehydrate(atServer(), { rooms: [ROOM] })
  const container = document.createElement('div')
  container.innerHTML = renderToString(<Page chat={new FakeChat()} dehydrated={dehydrated} />)
  const chat = new FakeChat()
  root = await act(async () => hydrateRoot(container, <Page chat={chat} dehydrated={dehydrated} />))
  act(() => chat.room(ROOM).set({ status: 'offline' }))
  expect(container.textContent).toBe(FIRST)
  act(() => chat.set({ user: null, connection: { status: 'stopped', error: null } }))
  expect(container.textContent).toBe('0 unread, read 0')
  act(() => root?.unmount())
  expect([chat.listeners.size, chat.room(ROOM).listeners.size]).toEqual([0, 0])
})

test('it carries so much and no more, and nothing that is not the server’s', () => {
  const chat = atServer()
  chat.room(ROOM).set({ messages: makeShownMessages(1, 300), reads: new Map(readers(150)) })
  const [room] = dehydrate(chat, { rooms: [ROOM] }).rooms
  expect(room?.messages).toHaveLength(50)
  expect(room?.messages.at(-1)?.seq).toBe(300)
  expect(room?.hasOlder).toBe(true)
  expect(room?.reads).toHaveLength(100)
  expect(dehydrate(chat, { rooms: [ROOM], messages: 1_000 }).rooms[0]?.messages).toHaveLength(200)
  const text = serializeDehydrated(dehydrate(atServer(), { rooms: [ROOM] }))
  expect(text).not.toMatch(/secret draft|unsent/)
})

test('no text of a user ends the script that it is in', () => {
  const chat = new FakeChat()
  const content = '</script><script>alert(1)</script><!-- & \u2028'
  chat.room(ROOM).set({ messages: [makeShownMessage(1, { content })] })
  const state = dehydrate(chat, { rooms: [ROOM] })
  const text = serializeDehydrated(state)
  expect(text).not.toMatch(/[<>&\u2028]/)
  expect(carried(state).rooms[0]?.messages[0]?.content).toBe(content)
})

const readers = (count: number): [string, number][] =>
  Array.from({ length: count }, (_, i) => [`user-${i}`, 1])
