// In languages with `await using`, it closes what is created here.
import { type ChatOptions, createChat } from '@roomful/client'

export async function once(options: ChatOptions): Promise<void> {
  await using chat = createChat(options)
  await chat.connect()
}

export const closing: AsyncDisposable = createChat({ url: 'http://localhost', auth: 'token' })
