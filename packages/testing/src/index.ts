export { type LocalStoreCase, localStoreContract, type StorePlace } from './contracts/local-store'
export { type TransportCase, transportContract } from './contracts/transport'
export type { TransportPlace } from './contracts/transport-probe'
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
export { checkHistory } from './history/check-history'
export { unreadOf } from './history/check-unread'
export type { Actor, FinalRoom, HistoryEvent, Operation, SeenMessage, ViewEvent } from './history/event'
export { type Finding, type FindingKind, formatFindings } from './history/finding'
export { finalRoom, Recorder, readRoom, seen, viewOf } from './history/recorder'
export { waitUntil } from './wait-until'
export type { ServedRequest } from './world/context'
export type { ClientOptions } from './world/device'
export type { RoomSeed, SeedMessage } from './world/seed-rooms'
export type { HeldFrame, TestFaults, Whom } from './world/test-faults'
export { createTestWorld, type TestWorld, type TestWorldOptions } from './world/test-world'
