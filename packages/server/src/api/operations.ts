import { members } from './members'
import { messages } from './messages'
import type { Operation } from './operation'
import { rooms } from './rooms'
import { users } from './users'

/**
 * Every operation of the server API, by its id. `chat.api`, the routes under `/v1`, the OpenAPI document and
 * `@roomful/admin` are made from this table.
 */
export const operations = { ...users, ...rooms, ...members, ...messages } as const

export type Operations = typeof operations
export type OperationId = keyof Operations

/** The same without the types of each, in the order of the table. */
export const OPERATIONS: readonly (Operation & { readonly id: string })[] = Object.entries(operations).map(
  ([id, operation]) => ({ id, ...operation }),
)
