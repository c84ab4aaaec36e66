import { expect, test } from 'vitest'
import { createChatServer } from './create-chat-server'

test('a default room with the name of an ephemeral one is refused at the start', async () => {
  const starting = createChatServer({ port: 0, database: 'memory:', defaultRooms: ['ephemeral_hall'] })
  await expect(starting).rejects.toThrow('ephemeral_hall is the name of an ephemeral room')
})
