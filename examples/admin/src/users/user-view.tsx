import { type ReactElement, useCallback } from 'react'
import { useApi } from '../api/api'
import { linkTo } from '../app/route'
import { useLoad } from '../loading/use-load'
import { ActButton } from '../ui/act-button'
import { FailureNote } from '../ui/failure-note'
import { Id, Name } from '../ui/names'
import { ViewTitle } from '../ui/view-title'
import { UserRooms } from './user-rooms'

export function UserView({ userId }: { readonly userId: string }): ReactElement {
  const api = useApi()
  const loaded = useLoad(
    useCallback((signal: AbortSignal) => api.users.get({ userId }, { signal }), [api, userId]),
  )
  const user = loaded.value?.user
  return (
    <>
      <a className="back" href={linkTo(['users'])}>
        ← Users
      </a>
      <ViewTitle>{user ? <Name>{user.name}</Name> : userId}</ViewTitle>
      {loaded.status === 'failed' && <FailureNote failure={loaded.failure} onRetry={loaded.reload} />}
      {user && (
        <section className="card facts-card" aria-label="User">
          <dl className="facts">
            <div>
              <dt>Id</dt>
              <dd>
                <Id>{user.id}</Id>
              </dd>
            </div>
            {user.avatarUrl !== undefined && (
              <div>
                <dt>Picture</dt>
                <dd>
                  <Id>{user.avatarUrl}</Id>
                </dd>
              </div>
            )}
            <div>
              <dt>Sign-in</dt>
              <dd>{user.deactivated ? 'deactivated: every token is refused' : 'allowed'}</dd>
            </div>
          </dl>
          <div className="acts">
            <ActButton
              name="End all sessions"
              text="Disconnects all devices of this user. Tokens issued up to now are refused; the user may sign in again."
              act={(signal) => api.users.endSessions({ userId }, { signal })}
              onDone={loaded.reload}
            />
            {user.deactivated ? (
              <ActButton
                name="Reactivate"
                text="The user may sign in again, with a token that is issued after this."
                act={(signal) => api.users.reactivate({ userId }, { signal })}
                onDone={loaded.reload}
                isDanger={false}
              />
            ) : (
              <ActButton
                name="Deactivate"
                text="Ends all sessions of this user and refuses every token, until the user is reactivated. Rooms and messages stay."
                act={(signal) => api.users.deactivate({ userId }, { signal })}
                onDone={loaded.reload}
              />
            )}
          </div>
        </section>
      )}
      {user && (
        <>
          <h2>Rooms</h2>
          <UserRooms userId={userId} />
        </>
      )}
    </>
  )
}
