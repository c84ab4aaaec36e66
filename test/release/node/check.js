// Each package imported by name in plain Node; a server, and two clients that talk.
import assert from 'node:assert/strict'
import { createAdmin } from '@roomful/admin'
import { createBot } from '@roomful/bot'
import { createChat } from '@roomful/client'
import { fileStore } from '@roomful/client/node'
import { WIRE_ERRORS } from '@roomful/protocol'
import { createChatServer } from '@roomful/server'
import { createTestClient, createTestServer } from '@roomful/testing/node'

for (const made of [createAdmin, createBot, createChat, fileStore, createChatServer])
  assert.equal(typeof made, 'function')
assert.ok(WIRE_ERRORS)

const server = await createTestServer()
const ada = await createTestClient(server, 'ada')
const ben = await createTestClient(server, 'ben')
await Promise.all([ada.room('general').open(), ben.room('general').open()])
const { seq } = await ada.room('general').send('hello')
for await (const message of ben.room('general').stream({ after: seq - 1 })) {
  assert.equal(message.content, 'hello')
  break
}
await Promise.all([ada.close(), ben.close()])
await server.close()
