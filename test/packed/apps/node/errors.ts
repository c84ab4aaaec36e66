// Code that must not compile in any app.
import { type ChatOptions, createChat } from '@roomful/client'

export function errors(options: ChatOptions): void {
  const chat = createChat(options)
  // @ts-expect-error: a protocol that there is not.
  createChat({ ...options, protocol: 3 })
  // @ts-expect-error: a direct message is opened by its people, not made by a name.
  void chat.createRoom({ name: 'x', type: 'dm' })
  // @ts-expect-error: no such event.
  void chat.request('sned-message', {})
  // @ts-expect-error: of two states only.
  void chat.setPresence('busy')
  void chat
    .room('general')
    .send('hi')
    .catch((error: unknown) => error)
}
