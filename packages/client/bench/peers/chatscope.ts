import { row } from '../frames'
import { load, type Peer } from './peer'

type Storage = {
  addConversation(conversation: object): boolean
  setActiveConversation(id: string): void
  addMessage(message: object, conversationId: string): void
  getState(): { readonly currentMessages: readonly { readonly messages: readonly object[] }[] }
}
type Library = {
  BasicStorage: new (options: { groupIdGenerator(): string; messageIdGenerator(): string }) => Storage
  ChatMessage: new (params: object) => object
  Conversation: new (params: object) => object
}

/** Its storage, and what its hook reads of it after each change. */
export const chatscope: Peer = async (folder) => {
  const { BasicStorage, ChatMessage, Conversation } = await load<Library>(folder, '@chatscope/use-chat')
  let groups = 0
  const storage = new BasicStorage({
    groupIdGenerator: () => `group-${++groups}`,
    messageIdGenerator: () => '',
  })
  storage.addConversation(new Conversation({ id: 'general', participants: [], unreadCounter: 0 }))
  storage.setActiveConversation('general')
  let state = storage.getState()
  const take = (text: string): void => {
    const { id, senderId, content, createdAt } = JSON.parse(text)
    storage.addMessage(
      new ChatMessage({
        id,
        senderId,
        content: { content },
        contentType: 0,
        status: 2,
        direction: 0,
        createdTime: new Date(createdAt),
      }),
      'general',
    )
    state = storage.getState()
  }
  const text = (n: number): string => JSON.stringify(row(n, n))
  return {
    hold: (count) => {
      for (let n = 1; n <= count; n++) take(text(n))
    },
    live: {
      text,
      take,
      shown: () => state.currentMessages.reduce((sum, { messages }) => sum + messages.length, 0),
    },
  }
}
