import { createChatServer, createMemoryStore, type Store, verifyWebhook, wordFilter } from '@roomful/server'
import type { OpenStore } from '@roomful/server/contract'

export const start = () =>
  createChatServer({
    port: 0,
    auth: { jwtSecret: 'a secret of thirty-two characters' },
    hooks: {
      beforeSend: wordFilter(['darn'], { on: 'mask' }),
      afterSend: (message) => void message.senderId,
    },
  })
export const isOurs = (body: string, signature: string) =>
  verifyWebhook({ secret: 'secret', signature, body })
export async function run(): Promise<void> {
  await using server = await start()
  await server.revokeSession('sid')
}

export const startOn = (store: Store) =>
  createChatServer({ port: 0, store, auth: { jwtSecret: 'a secret of thirty-two characters' } })
export const openStore: OpenStore = async () => {
  const store = createMemoryStore()
  return { store, dispose: () => store.close() }
}
