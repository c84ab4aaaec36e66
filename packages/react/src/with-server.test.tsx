// @vitest-environment node
import type { Chat } from '@roomful/client'
import { createTestClient, createTestServer, type TestServer } from '@roomful/testing/node'
import { JSDOM } from 'jsdom'
import { StrictMode } from 'react'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { ChatProvider } from './chat-provider'
import {
  useConnection,
  useMembers,
  useMessages,
  useReadReceipts,
  useRooms,
  useSend,
  useTyping,
  useUnread,
} from './hooks'
import { RoomProvider, useRoomSelector } from './room-provider'
import { usePresence } from './use-presence'

/**
 * The hooks over the real client and the real server, in StrictMode. Server and sockets are Node's own; of a browser
 * there is only a document to render into, made before the testing library looks for one.
 */
const { window } = new JSDOM()
vi.stubGlobal('window', window)
vi.stubGlobal('document', window.document)
vi.stubGlobal('navigator', window.navigator)
const { act, cleanup, render, screen, waitFor } = await import('@testing-library/react')

let server: TestServer
let ada: Chat
let ben: Chat
/** Waits for what comes over a socket, as long as a busy machine may need. */
const eventually = (check: () => void) => waitFor(check, { timeout: 120_000 })

beforeAll(async () => {
  server = await createTestServer()
  ada = await createTestClient(server, { id: 'ada', name: 'Ada' })
  ben = await createTestClient(server, { id: 'ben', name: 'Ben' })
})
afterEach(cleanup)
afterAll(async () => {
  await ada.close()
  await ben.close()
  await server.close()
  vi.unstubAllGlobals()
})

function show(part: () => string) {
  const Part = () => <output>{part()}</output>
  render(
    <StrictMode>
      <ChatProvider chat={ada}>
        <RoomProvider id="general">
          <Part />
        </RoomProvider>
      </ChatProvider>
    </StrictMode>,
  )
}
const shown = () => screen.getByRole('status').textContent

test('messages of both, in order, with their status', async () => {
  let send: ReturnType<typeof useSend> | undefined
  show(() => {
    send = useSend()
    const status = useRoomSelector((state) => state.status)
    return [status, ...useMessages().map((message) => `${message.content}:${message.status}`)].join(' ')
  })
  await eventually(() => expect(shown()).toBe('live'))
  act(() => void send?.('one'))
  expect(shown()).toMatch(/^live one:(queued|sending)$/)
  await eventually(() => expect(shown()).toBe('live one:sent'))
  await act(async () => void (await ben.room('general').send('two')))
  await eventually(() => expect(shown()).toBe('live one:sent two:sent'))
})

test('who is there, who types, who has read, what is unread', async () => {
  show(() => {
    const { users } = usePresence(['ada', 'ben'])
    const facts = [
      useConnection().status,
      useRooms().map(({ name }) => name),
      useUnread(),
      useMembers().members.map(({ name }) => name),
      useTyping().map(({ name }) => name),
      useReadReceipts(2),
      users.get('ben')?.status,
    ]
    return facts.map(String).join('|')
  })
  await eventually(() => expect(shown()).toBe('online|general|1|Ada,Ben|||online'))
  const room = ben.room('general')
  await room.open()
  act(() => room.setTyping(true))
  await eventually(() => expect(shown()).toBe('online|general|1|Ada,Ben|Ben||online'))
  act(() => room.markRead())
  act(() => room.setTyping(false))
  await eventually(() => expect(shown()).toBe('online|general|1|Ada,Ben||ben|online'))
  act(() => ada.room('general').markRead())
  await eventually(() => expect(shown()).toBe('online|general|0|Ada,Ben||ben|online'))
  room.close()
})
