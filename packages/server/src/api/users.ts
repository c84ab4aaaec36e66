import { LIMITS, type User, type UserId } from '@roomful/protocol'
import { refuse } from '../core/refusal'
import type { Services } from '../handlers/handler'
import { operation } from './operation'
import { GetUser, MOST, UpsertUser, UpsertUsers, UserAnswer, UsersAnswer } from './schemas'

/** Users written at a time: those of one turn share a transaction on SQLite, and the connections on Postgres. */
const AT_ONCE = 50

export const users = {
  'users.upsert': operation({
    method: 'PUT',
    path: '/v1/users/{userId}',
    scope: 'users:write',
    summary: 'Makes a user, or gives them this name; they need not have signed in.',
    request: UpsertUser,
    answer: UserAnswer,
    refusals: [],
    run: async ({ services }, { userId, name }) => ({ user: await upsert(services, { id: userId, name }) }),
  }),
  'users.upsertMany': operation({
    method: 'PUT',
    path: '/v1/users',
    scope: 'users:write',
    summary: `Makes up to ${MOST.users} users, or gives them these names. The last of two with one id counts.`,
    request: UpsertUsers,
    answer: UsersAnswer,
    refusals: [],
    weight: ({ users }) => users.length,
    run: async ({ services }, { users }) => {
      const wanted = [...new Map(users.map((user) => [user.id, user])).values()]
      const stored: User[] = []
      for (let at = 0; at < wanted.length; at += AT_ONCE) {
        const some = wanted.slice(at, at + AT_ONCE)
        stored.push(...(await Promise.all(some.map((user) => upsert(services, user)))))
      }
      return { users: stored }
    },
  }),
  'users.get': operation({
    method: 'GET',
    path: '/v1/users/{userId}',
    scope: 'users:read',
    summary: 'One user.',
    request: GetUser,
    answer: UserAnswer,
    refusals: ['USER_NOT_FOUND'],
    run: async ({ services }, { userId }) => {
      const user = await services.store.read((reader) => reader.user(userId))
      return user ? { user } : refuse('USER_NOT_FOUND', { field: 'userId' })
    },
  }),
} as const

/** The backend's name counts from now on, until a token that was issued later brings another. */
async function upsert({ store, names, clock }: Services, { id, name }: User): Promise<User> {
  const known = await store.read((reader) => reader.user(id))
  const identity = { id, name, admin: false, namedAt: clock.now() }
  const named = await names.signedIn(identity, known)
  return { id, name: named.name }
}

/** The user, who is made if they are not known. Any later name replaces the one given here. */
export async function ensured({ store }: Pick<Services, 'store'>, id: UserId, name?: string): Promise<User> {
  const known = await store.read((reader) => reader.user(id))
  return known ?? store.putUser({ id, name: name ?? id.slice(0, LIMITS.userNameLength) })
}
