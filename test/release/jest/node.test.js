// Jest as it comes: no Babel preset, no transform of packages, no flags of Node.
const { createAdmin } = require('@roomful/admin')
const { ChatError, createChat } = require('@roomful/client')
const { fileStore } = require('@roomful/client/node')

test('a message is sent', async () => {
  expect(typeof createAdmin).toBe('function')
  expect(typeof fileStore).toBe('function')
  const chat = createChat({ url: process.env.ROOMFUL_URL, auth: process.env.ROOMFUL_TOKEN })
  const room = chat.room('general')
  await room.open()
  expect((await room.send('hello')).status).toBe('sent')
  await expect(room.send('')).rejects.toBeInstanceOf(ChatError)
  await chat.close()
})
