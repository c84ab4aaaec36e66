// @vitest-environment jsdom
import type { MemberView } from '@roomful/client'
import { FakeChat } from '@roomful/testing'
import { act } from 'react'
import { createRoot } from 'react-dom/client'
import { expect, test } from 'vitest'
import { ChatProvider } from './chat-provider'
import { type Members, useMembers } from './hooks'
import { RoomProvider } from './room-provider'

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true })

test('useMembers counts all members, says that there are more, and loads them', async () => {
  const chat = new FakeChat()
  const seen: Members[] = []
  const Shown = () => {
    seen.push(useMembers())
    return null
  }
  const root = createRoot(document.createElement('div'))
  await act(async () =>
    root.render(
      <ChatProvider chat={chat}>
        <RoomProvider id="crowd">
          <Shown />
        </RoomProvider>
      </ChatProvider>,
    ),
  )
  const room = chat.room('crowd')
  const ann = { userId: 'ann', name: 'Ann', role: 'member' } as MemberView
  act(() => room.set({ members: [ann], memberCount: 251, hasMoreMembers: true }))
  expect(seen.at(-1)).toMatchObject({ members: [ann], count: 251, hasMore: true, isLoading: false })
  seen.at(-1)?.loadMore()
  expect(room.callsOf('loadMembers')).toHaveLength(1)
  act(() => room.set({ loadingMembers: true }))
  expect(seen.at(-1)?.isLoading).toBe(true)
  expect(seen.at(-1)?.loadMore).toBe(seen[0]?.loadMore)
  const renders = seen.length
  act(() => room.set({ draft: 'typed' }))
  expect(seen).toHaveLength(renders)
  act(() => root.unmount())
})
