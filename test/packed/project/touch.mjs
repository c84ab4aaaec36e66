// Imported without any global except the language's own.
export { ChatError, createChat, keyValueStore, memoryStore } from '@roomful/client'
