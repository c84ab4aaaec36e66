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
export const receive = (body: string, headers: Headers) => {
  const event = verifyWebhook({ headers, body, secrets: ['whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5'] })
  return event?.type === 'message.sent' ? event.data.message.content : undefined
}
export async function run(): Promise<void> {
  await using server = await start()
  await server.revokeSession('sid')
  const off = server.on('room.created', ({ data }) => void data.room.name)
  off()
}

export const startOn = (store: Store) =>
  createChatServer({ port: 0, store, auth: { jwtSecret: 'a secret of thirty-two characters' } })
export const openStore: OpenStore = async () => {
  const store = createMemoryStore()
  return { store, dispose: () => store.close() }
}
