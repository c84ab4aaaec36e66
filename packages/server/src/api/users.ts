import { asRoomId, asUserId, LIMITS, type User, type UserId } from '@roomful/protocol'
import { userOf } from '../auth/acting-user'
import { refuse } from '../core/refusal'
import type { Services } from '../handlers/handler'
import { roomListOf } from '../pipeline/room-list'
import type { UserToPut } from '../stores/port'
import { operation } from './operation'
import { askedOf, isCalled, pageOf, scan } from './pages'
import {
  ListRoomsOf,
  ListUsers,
  MOST,
  OneUser,
  RoomsOfPage,
  UpsertUser,
  UpsertUsers,
  UserAnswer,
  UsersAnswer,
  UsersPage,
} from './schemas'
import { shownUser, shownUsers } from './shown-user'

/** Users written at a time: those of one turn share a transaction on SQLite, and the connections on Postgres. */
const AT_ONCE = 50

export const users = {
  'users.upsert': operation({
    method: 'PUT',
    path: '/v1/users/{userId}',
    scope: 'users:write',
    summary: 'Makes a user, or gives them this name and picture; they need not have signed in.',
    request: UpsertUser,
    answer: UserAnswer,
    refusals: [],
    run: async ({ services }, { userId, ...given }) => {
      const user = await upsert(services, { id: userId, ...given })
      return { user: await shownUser(services, user) }
    },
  }),
  'users.upsertMany': operation({
    method: 'PUT',
    path: '/v1/users',
    scope: 'users:write',
    summary: `Makes up to ${MOST.users} users, or gives them these names and pictures. The last of two with one id counts.`,
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
      return { users: await shownUsers(services, stored) }
    },
  }),
  'users.get': operation({
    method: 'GET',
    path: '/v1/users/{userId}',
    scope: 'users:read',
    summary: 'One user.',
    request: OneUser,
    answer: UserAnswer,
    refusals: ['USER_NOT_FOUND'],
    run: async ({ services }, { userId }) => {
      const user = await services.store.read((reader) => reader.user(userId))
      return user ? { user: await shownUser(services, user) } : refuse('USER_NOT_FOUND', { field: 'userId' })
    },
  }),
  'users.list': operation({
    method: 'GET',
    path: '/v1/users',
    scope: 'users:read',
    summary:
      'Users by id. `query`: a part of the name or id, in any case; a page of it may be empty and still have a `next`.',
    request: ListUsers,
    answer: UsersPage,
    refusals: [],
    run: async ({ services }, { query, after, ...asked }) => {
      const { most } = askedOf(asked, asUserId)
      const { rows, ...next } = await scan(
        services.store,
        { after, most },
        (reader, place, limit) =>
          reader.users({ limit, ...(place === undefined ? {} : { after: asUserId(place) }) }),
        {
          idOf: ({ id }) => id,
          fits: (user) => query === undefined || isCalled(user, query),
        },
      )
      return { users: await shownUsers(services, rows), ...next }
    },
  }),
  'users.rooms': operation({
    method: 'GET',
    path: '/v1/users/{userId}/rooms',
    scope: 'rooms:read',
    summary: "The user's rooms by id, as their list shows them, with their unread.",
    request: ListRoomsOf,
    answer: RoomsOfPage,
    refusals: [],
    run: async ({ services }, { userId, ...asked }) => {
      const { most, query } = askedOf(asked, asRoomId)
      return services.store.read(async (reader) => {
        const { rows, ...next } = pageOf(await reader.roomsOf(userId, query), most, ({ room }) => room.id)
        const ids = rows.map(({ room }) => room.id)
        const unread = ids.length === 0 ? new Map() : await reader.unread(userId, ids)
        return { rooms: await roomListOf(reader, rows, unread), ...next }
      })
    },
  }),
} as const

/** The backend's name counts from now on, until a token that was issued later brings another. */
async function upsert({ store, names, clock }: Services, { id, ...given }: UserToPut): Promise<User> {
  const known = await store.read((reader) => reader.user(id))
  const identity = { id, ...given, admin: false, namedAt: clock.now() }
  return userOf(await names.signedIn(identity, known))
}

/** The user, who is made if they are not known. Any later name replaces the one given here. */
export async function ensured({ store }: Pick<Services, 'store'>, id: UserId, name?: string): Promise<User> {
  const known = await store.read((reader) => reader.user(id))
  return known ?? store.putUser({ id, name: name ?? id.slice(0, LIMITS.userNameLength) })
}
