// Every package at once.
export { createBot } from '@roomful/bot'
export { createChat } from '@roomful/client'
export { fileStore } from '@roomful/client/node'
export { useMessages } from '@roomful/react'
export { createChatServer } from '@roomful/server'
export { createTestWorld } from '@roomful/testing'
export { viewOf } from '@roomful/testing/history'
export { run } from 'roomful'
