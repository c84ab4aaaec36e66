import type { ChatError, ChatState, RoomStatus, Sent, ShownMessage } from '@roomful/client'
import { fileStore } from '@roomful/client/node'
import { useMessages, useSend } from '@roomful/react'

export function exhaustive(status: RoomStatus): number {
  switch (status) {
    case 'idle':
    case 'loading':
    case 'live':
    case 'catching-up':
    case 'offline':
    case 'removed':
      return 1
  }
}

export function retryOf(error: ChatError): 'never' | 'now' | 'after' | 'auth' {
  return error.retry
}

export function Screen(state: ChatState): unknown {
  const messages: readonly ShownMessage[] = useMessages()
  const sent: Sent = useSend()('hi')
  const id: string = sent.clientId
  if (state.connection.status === 'waiting') return state.connection.retryAt
  // @ts-expect-error: only a connection that waits knows when it tries again.
  state.connection.retryAt
  // @ts-expect-error: what is shown is read only.
  messages.push(messages[0])
  return [id, fileStore('./state')]
}
