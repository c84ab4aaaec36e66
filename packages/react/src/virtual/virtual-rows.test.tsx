// @vitest-environment jsdom

import type { ShownMessage } from '@roomful/client'
import { FakeChat, makeShownMessages } from '@roomful/testing'
import { act, cleanup, fireEvent, render } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { ChatProvider } from '../chat-provider'
import { fakeLayout, removeFakeLayout } from '../fake-layout'
import { useMessages } from '../hooks'
import { RoomProvider } from '../room-provider'
import { useVirtualMessages, type VirtualMessages } from './use-virtual-messages'
import { VirtualRows } from './virtual-rows'

afterEach(() => {
  cleanup()
  removeFakeLayout()
})

const keyOf = ({ key }: ShownMessage) => key
let shown: VirtualMessages
function List() {
  shown = useVirtualMessages()
  return (
    <div ref={shown.ref} id="scroller">
      <VirtualRows list={shown.list} items={useMessages()} keyOf={keyOf}>
        {({ key, content }) => (
          <button type="button" data-key={key}>
            {content}
          </button>
        )}
      </VirtualRows>
    </div>
  )
}
const row = () => document.querySelector<HTMLElement>('[data-key=key-50]')

test('a row with the focus is there while the window has none, and goes when the focus leaves it', () => {
  fakeLayout()
  // jsdom has none.
  vi.stubGlobal('CSS', { escape: (text: string) => text })
  const chat = new FakeChat()
  chat.room('a').set({ status: 'live', messages: makeShownMessages(1, 1_000) })
  render(
    <ChatProvider chat={chat}>
      <RoomProvider id="a">
        <List />
      </RoomProvider>
    </ChatProvider>,
  )
  expect(row()).toBeNull()
  act(() => shown.list.focus('key-50'))
  act(() => row()?.focus())
  act(() => shown.scrollToBottom())
  expect(document.activeElement?.textContent).toBe('message 50')
  // As when another window comes to the front: the document keeps its active element.
  fireEvent.focusOut(document.activeElement ?? document.body)
  expect(row()).not.toBeNull()
  act(() => row()?.blur())
  expect(row()).toBeNull()
})
