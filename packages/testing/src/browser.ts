/** For stories and component tests: a chat without a server, and a whole chat system inside the page. */
export {
  makeListItem,
  makeMember,
  makeMessage,
  makeMessages,
  makeRoom,
  makeShownMessage,
  makeShownMessages,
  makeTombstone,
  makeUser,
} from './factories'
export { FakeChat, FakeRoom, FakeSource } from './fake-chat'
export type { ClientOptions } from './world/device'
export type { RoomSeed, SeedMessage } from './world/seed-rooms'
export { createTestWorld, type TestWorld, type TestWorldOptions } from './world/test-world'
