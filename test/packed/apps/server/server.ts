import { createChatServer, verifyWebhook, wordFilter } from '@roomful/server'

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
