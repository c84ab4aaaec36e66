/** What needs Node: real servers on ports of their own, and the databases and proxies beside them. */
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
