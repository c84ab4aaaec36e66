// Imported where there is no global but the language's own.
export { ChatError, createChat, keyValueStore, memoryStore } from '@roomful/client'
