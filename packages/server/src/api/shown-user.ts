import type { User } from '@roomful/protocol'
import { FOREVER_MS } from '../auth/ended'
import type { Services } from '../handlers/handler'
import type { ApiUser } from './schemas'

/** Users as the server API shows them. One query more, however many. */
export async function shownUsers(
  { store }: Pick<Services, 'store'>,
  users: readonly User[],
): Promise<ApiUser[]> {
  const ended = await store.sessionsEnded(users.map(({ id }) => id))
  return users.map((user) => ({ ...user, deactivated: ended.get(user.id) === FOREVER_MS }))
}

export async function shownUser(services: Pick<Services, 'store'>, user: User): Promise<ApiUser> {
  const [shown] = await shownUsers(services, [user])
  return shown ?? { ...user, deactivated: false }
}
