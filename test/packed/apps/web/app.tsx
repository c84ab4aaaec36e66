import { createChat } from '@roomful/client'
import { ChatProvider, RoomProvider, useComposer, useMembers, useMessages } from '@roomful/react'
import { useMessageScroll } from '@roomful/react/scroll'
import { useMemo } from 'react'

export const chat = createChat({ url: 'https://chat.example.com', auth: () => 'token' })
export const room = chat.room('general')
export const App = () => (
  <ChatProvider chat={chat}>
    <RoomProvider id="general">
      <List />
    </RoomProvider>
  </ChatProvider>
)
const List = () => {
  const { ref } = useMessageScroll()
  const count = useMessages().length
  return <div ref={ref}>{useMemo(() => count, [count])}</div>
}

// What an app exports without an explicit type.
export const useForm = () => ({ ...useComposer(), members: useMembers() })
export const send = (content: string) => room.send(content)
export const find = (query: string) => chat.listRooms({ query })
export const members = () => chat.request('fetch-members', { roomId: room.id })
export const byId = () => new Map(room.messages().map((message) => [message.id, message]))
export const watch = chat.presence(['anna'])
export const lists = () => [chat.getState().rooms, room.getState().reads, chat.getState().connection] as const
