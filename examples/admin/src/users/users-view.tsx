import { type ReactElement, useCallback } from 'react'
import { useApi } from '../api/api'
import { goTo, linkTo } from '../app/route'
import { from, searchFor, usePages } from '../loading/use-pages'
import { Id, Name } from '../ui/names'
import { Pager } from '../ui/pager'
import { SearchBox } from '../ui/search-box'
import { ViewTitle } from '../ui/view-title'

export function UsersView({ query }: { readonly query: string }): ReactElement {
  return (
    <>
      <ViewTitle>Users</ViewTitle>
      <SearchBox
        label="Search users by name or id"
        query={query}
        onSearch={(text) => goTo(['users'], text)}
      />
      <UserList key={query} query={query} />
    </>
  )
}

function UserList({ query }: { readonly query: string }): ReactElement {
  const api = useApi()
  const pages = usePages(
    useCallback(
      async (after: string | undefined, signal: AbortSignal) => {
        const { users, next } = await api.users.list({ ...searchFor(query), ...from(after) }, { signal })
        return { rows: users, next }
      },
      [api, query],
    ),
  )
  const empty = query === '' ? 'Nobody has signed in yet.' : 'No user has this in their name or id.'
  return (
    <Pager pages={pages} empty={empty}>
      {(users) => (
        <div className="card table-card">
          <table>
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col">Id</th>
              </tr>
            </thead>
            <tbody>
              {users.map(({ id, name, deactivated }) => (
                <tr key={id}>
                  <td>
                    <a href={linkTo(['users', id])}>
                      <Name>{name}</Name>
                    </a>{' '}
                    {deactivated && <span className="badge">deactivated</span>}
                  </td>
                  <td>
                    <Id>{id}</Id>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Pager>
  )
}
