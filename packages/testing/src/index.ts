export { type LocalStoreCase, localStoreContract, type StorePlace } from './contracts/local-store'
export {
  makeListItem,
  makeMember,
  makeMessage,
  makeMessages,
  makeRoom,
  makeTombstone,
  makeUser,
} from './factories'
export { checkHistory } from './history/check-history'
export { unreadOf } from './history/check-unread'
export type { Actor, FinalRoom, HistoryEvent, Operation, SeenMessage, ViewEvent } from './history/event'
export { type Finding, type FindingKind, formatFindings } from './history/finding'
export { finalRoom, Recorder, readRoom, seen, viewOf } from './history/recorder'
export { startPostgres, type TestPostgres, type TestPostgresOptions } from './postgres'
export { startRedis, type TestRedis } from './redis'
export { type ReferenceMessage, ReferenceRooms, type ReferenceUser } from './reference-rooms'
export { type ReferenceServer, type ReferenceServerOptions, referenceServer } from './reference-server'
export {
  type Command,
  type Exit,
  type ServerProcess,
  type ServerProcessOptions,
  startServerProcess,
} from './server-process'
export { createTcpProxy, type TcpProxy } from './tcp-proxy'
export { createTestClient, createTestServer, type TestServer, type TestUser } from './test-server'
export { waitUntil } from './wait-until'
export type { ServedRequest } from './world/context'
export type { HeldFrame, TestFaults, Whom } from './world/test-faults'
export { createTestWorld, type TestWorld, type TestWorldOptions } from './world/test-world'
