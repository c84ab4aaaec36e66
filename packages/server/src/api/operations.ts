import { accounts } from './accounts'
import { live } from './live'
import { members } from './members'
import { messages } from './messages'
import { moderation } from './moderation'
import type { Operation } from './operation'
import { rooms } from './rooms'
import { users } from './users'
import { webhooks } from './webhooks'

/**
 * Every operation of the server API, by its id. `chat.api`, the routes under `/v1`, the OpenAPI document and
 * `@roomful/admin` are made from this table.
 */
export const operations = {
  ...users,
  ...accounts,
  ...rooms,
  ...members,
  ...messages,
  ...moderation,
  ...webhooks,
  ...live,
} as const

export type Operations = typeof operations
export type OperationId = keyof Operations

export type ListedOperation = Operation & { readonly id: string }

/** The same without the types of each, in the order of the table. */
export const OPERATIONS: readonly ListedOperation[] = Object.entries(operations).map(([id, operation]) => ({
  id,
  ...operation,
}))
