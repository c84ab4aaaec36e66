/**
 * One server process without sockets, files, databases and Node: it runs in a page, on what its caller hands in.
 * `@roomful/testing` is built on it.
 */
export { AuthError } from './auth/identity'
export type { Bus, BusMessage } from './cluster/bus'
export type { EphemeralStore } from './ephemeral/ephemeral-store'
export { MemoryEphemeral } from './ephemeral/memory-ephemeral'
export type { HostServer } from './http/mount'
export type { Broadcaster, DeviceConnection } from './hub/device'
export type { ChatNode, DeviceSession } from './node/chat-node'
export { createNode, type NodeParts } from './node/create-node'
export type { RateOptions, ServerOptions } from './options'
export { noMeter } from './ports/meter'
export type { Backup } from './stores/memory/backup'
export { createMemoryStore, type MemoryStore } from './stores/memory/memory-store'
export type { Outbox } from './stores/outbox'
export { type Store, StoreError, type UserToPut } from './stores/port'
