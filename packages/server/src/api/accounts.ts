import type { UserId } from '@roomful/protocol'
import { FOREVER_MS } from '../auth/ended'
import { refuse } from '../core/refusal'
import { toWire } from '../core/stored-message'
import type { Services } from '../handlers/handler'
import { forgetTraces } from './forget-user'
import { operation } from './operation'
import { DeletedUser, DeleteUser, ExportedUser, ExportUser, Nothing, OneUser, UserAnswer } from './schemas'
import { shownUser } from './shown-user'
import { cursorOf, placeFrom, tracesOf } from './traces'

/** No token is expected to live longer. */
const ENDED_FOR_MS = 400 * 24 * 3_600_000

export const accounts = {
  'users.deactivate': operation({
    method: 'POST',
    path: '/v1/users/{userId}/deactivate',
    scope: 'users:write',
    summary: 'Ends all sessions of the user, who cannot sign in any more.',
    request: OneUser,
    answer: UserAnswer,
    refusals: ['USER_NOT_FOUND'],
    run: async ({ services }, { userId }) => {
      const user = await services.store.read((reader) => reader.user(userId))
      if (!user) return refuse('USER_NOT_FOUND', { field: 'userId' })
      await deactivate(services, userId)
      return { user: await shownUser(services, user) }
    },
  }),
  'users.reactivate': operation({
    method: 'POST',
    path: '/v1/users/{userId}/reactivate',
    scope: 'users:write',
    summary: 'A deactivated user may sign in again, with a token that is issued after this.',
    request: OneUser,
    answer: UserAnswer,
    refusals: ['USER_NOT_FOUND'],
    run: async ({ services }, { userId }) => {
      const { store, bus, clock } = services
      const user = await store.read((reader) => reader.user(userId))
      if (!user) return refuse('USER_NOT_FOUND', { field: 'userId' })
      await store.resumeSessions(userId, clock.now())
      // The first time, also where this is a repeat: who has signed in since stays. Never ended: there is none.
      const atMs = (await store.sessionsEnded([userId])).get(userId)
      // Nodes remember for a minute that the sessions ended for ever.
      if (atMs !== undefined) bus.publish({ type: 'sessions-ended', userId, atMs })
      return { user: await shownUser(services, user) }
    },
  }),
  'users.endSessions': operation({
    method: 'POST',
    path: '/v1/users/{userId}/end-sessions',
    scope: 'users:write',
    summary: 'Ends all sessions of the user: tokens that were issued up to now are refused.',
    request: OneUser,
    answer: Nothing,
    refusals: [],
    run: async ({ services }, { userId }) => {
      const atMs = services.clock.now()
      await services.store.endSessions(userId, atMs, atMs + ENDED_FOR_MS)
      services.bus.publish({ type: 'sessions-ended', userId, atMs })
      return {}
    },
  }),
  'users.delete': operation({
    method: 'DELETE',
    path: '/v1/users/{userId}',
    scope: 'users:write',
    summary:
      'Deactivates the user, takes them out of all rooms, and takes their name from their messages, or the messages too. With a `next`, call it again with that as `after`.',
    request: DeleteUser,
    answer: DeletedUser,
    refusals: ['INVALID_PAYLOAD'],
    run: async ({ services }, { userId, messages, after }) => {
      const from = after === undefined ? undefined : placeFrom(after)
      if (after !== undefined && !from) return refuse('INVALID_PAYLOAD', { field: 'after' })
      if (!from) await deactivate(services, userId)
      const traces = await tracesOf(services.store, userId, from)
      const forgotten = await forgetTraces(services, userId, traces, messages === 'blank')
      if ('ok' in forgotten) return forgotten
      if (traces.next) return { ...forgotten, next: cursorOf(traces.next) }
      // Last: it has the name that is looked for.
      await services.store.forgetUser(userId)
      return forgotten
    },
  }),
  'users.export': operation({
    method: 'GET',
    path: '/v1/users/{userId}/export',
    scope: 'users:read',
    summary:
      'What is kept of one user: their memberships, their messages and those of the server about them. A page may be empty and still have a `next`.',
    request: ExportUser,
    answer: ExportedUser,
    refusals: ['INVALID_PAYLOAD'],
    run: async ({ services }, { userId, after }) => {
      const from = after === undefined ? undefined : placeFrom(after)
      if (after !== undefined && !from) return refuse('INVALID_PAYLOAD', { field: 'after' })
      const user = await services.store.read((reader) => reader.user(userId))
      const { ended, messages, next } = await tracesOf(services.store, userId, from)
      return {
        user: user ? await shownUser(services, user) : null,
        memberships: [...ended],
        messages: messages.map((message) => toWire(message, userId)),
        ...(next ? { next: cursorOf(next) } : {}),
      }
    },
  }),
} as const

async function deactivate({ store, bus, log }: Services, userId: UserId): Promise<void> {
  await store.endSessions(userId, FOREVER_MS, FOREVER_MS)
  log.info({ userId }, 'a user was deactivated')
  bus.publish({ type: 'sessions-ended', userId, atMs: FOREVER_MS })
}
