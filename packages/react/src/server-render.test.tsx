// @vitest-environment node

import { FakeChat, makeShownMessages } from '@roomful/testing'
import { renderToString } from 'react-dom/server'
import { expect, test, vi } from 'vitest'
import { ChatProvider } from './chat-provider'
import {
  useConnection,
  useMembers,
  useMessage,
  useMessages,
  useReadReceipts,
  useRooms,
  useTyping,
  useUnread,
} from './hooks'
import { RoomProvider, useRoomSelector } from './room-provider'
import { useComposer } from './use-composer'
import { useMessageScroll } from './use-message-scroll'
import { usePresence } from './use-presence'

function Everything() {
  const { ref, atBottom } = useMessageScroll()
  const facts = [
    useConnection().status,
    useRoomSelector((state) => `${state.id} ${state.status}`),
    useRooms().length,
    useUnread(),
    useMessages().length,
    useMessage('key-1')?.content ?? 'none',
    useMembers().members.length,
    useTyping().length,
    useReadReceipts(1).length,
    usePresence(['anna']).users.size,
    useComposer().text === '',
    atBottom,
  ]
  return <p ref={ref}>{facts.join(' ')}</p>
}

test('a server renders every hook as a chat that has not begun, without a warning or a connection', () => {
  const warned = vi.spyOn(console, 'error')
  const chat = new FakeChat()
  // Even where the chat already knows more: the browser's first render could not know it.
  chat.set({ connection: { status: 'online', since: 1 }, unreadTotal: 3 })
  chat.room('general').set({ status: 'live', messages: makeShownMessages(1, 3), draft: 'unfinished' })
  const html = renderToString(
    <ChatProvider chat={chat}>
      <RoomProvider id="general">
        <Everything />
      </RoomProvider>
    </ChatProvider>,
  )
  expect(html).toBe('<p>idle general idle 0 0 0 none 0 0 0 0 true true</p>')
  expect(warned).not.toHaveBeenCalled()
  expect([chat.connects, chat.room('general').calls, chat.listeners.size]).toEqual([0, [], 0])
  warned.mockRestore()
})
