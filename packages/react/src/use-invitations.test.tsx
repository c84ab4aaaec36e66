// @vitest-environment jsdom
import type { Invitation } from '@roomful/client'
import { FakeChat } from '@roomful/testing'
import { act, cleanup, renderHook } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { ChatProvider } from './chat-provider'
import { useInvitations } from './hooks'

afterEach(cleanup)

test('shows what waits, and renders for nothing else', () => {
  const chat = new FakeChat()
  let renders = 0
  const { result } = renderHook(
    () => {
      renders++
      return useInvitations()
    },
    { wrapper: ({ children }) => <ChatProvider chat={chat}>{children}</ChatProvider> },
  )
  expect(result.current).toEqual([])
  const invitation = { roomId: 'den', name: 'Den', inviter: { id: 'anna', name: 'Anna' } } as Invitation
  act(() => chat.set({ invitations: [invitation] }))
  expect(result.current).toEqual([invitation])
  const before = renders
  act(() => chat.set({ unsent: 1 }))
  expect(renders).toBe(before)
})
