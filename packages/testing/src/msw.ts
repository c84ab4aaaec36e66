/** For msw 2.6 and later: a chat server behind the sockets that msw intercepts, in Node and in a page. */
export { type ChatHandlers, type ChatHandlersOptions, chatHandlers, type SeedUser } from './msw/chat-handlers'
export type { ServedRequest } from './world/context'
export type { RoomSeed, SeedMessage } from './world/seed-rooms'
export type { HeldFrame, TestFaults, Whom } from './world/test-faults'
