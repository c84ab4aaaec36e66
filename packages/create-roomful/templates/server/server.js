import { createChatServer } from '@roomful/server'

const chat = await createChatServer({
  port: Number(process.env.PORT ?? 3000),
  database: process.env.ROOMFUL_DATABASE ?? 'sqlite:./data/roomful.db',
  defaultRooms: ['general'],
  // Anyone comes in under the name they type. Your own app signs tokens, or reads its cookie in `auth: { authenticate }`.
  guests: true,
  hooks: {
    beforeSend: ({ content }) => (/buy now/i.test(content) ? { refuse: 'No advertising here' } : undefined),
  },
})
console.log(`The chat is at ${chat.url}`)
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => chat.close())
