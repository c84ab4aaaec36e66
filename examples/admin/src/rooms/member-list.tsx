import type { Member } from '@roomful/admin'
import { type ReactElement, useCallback } from 'react'
import { useApi } from '../api/api'
import { linkTo } from '../app/route'
import { from, usePages } from '../loading/use-pages'
import { number, time } from '../text/text'
import { ActButton } from '../ui/act-button'
import { Id, Name } from '../ui/names'
import { Pager } from '../ui/pager'

export function MemberList({ roomId }: { readonly roomId: string }): ReactElement {
  const api = useApi()
  const pages = usePages(
    useCallback(
      async (after: string | undefined, signal: AbortSignal) => {
        const { members, next } = await api.members.list({ roomId, ...from(after) }, { signal })
        return { rows: members, next }
      },
      [api, roomId],
    ),
  )
  return (
    <Pager pages={pages} empty="Nobody is in this room.">
      {(members) => (
        <div className="card table-card">
          <table>
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col">Role</th>
                <th scope="col" className="wide-only">
                  Id
                </th>
                <th scope="col" className="wide-only">
                  Joined
                </th>
                <th scope="col" className="figure-cell wide-only">
                  Read to
                </th>
                <th scope="col">
                  <span className="visually-hidden">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {members.map((member) => (
                <MemberRow key={member.userId} member={member} onChanged={pages.reload} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Pager>
  )
}

type RowProps = { readonly member: Member; readonly onChanged: () => void }

function MemberRow({ member, onChanged }: RowProps): ReactElement {
  const api = useApi()
  const { roomId, userId, name, role, joinedAt, lastReadSeq, mutedUntil } = member
  return (
    <tr>
      <td>
        <a href={linkTo(['users', userId])}>
          <Name>{name}</Name>
        </a>{' '}
        {mutedUntil !== undefined && <span className="badge">muted until {time(mutedUntil)}</span>}
      </td>
      <td>{role}</td>
      <td className="wide-only">
        <Id>{userId}</Id>
      </td>
      <td className="time-cell wide-only">{time(joinedAt)}</td>
      <td className="figure-cell wide-only">{number(lastReadSeq)}</td>
      <td className="act-cell">
        <ActButton
          name="Remove"
          about={name}
          text={`Takes ${name} out of this room. They may join or be added again.`}
          act={(signal) => api.members.remove({ roomId, userId }, { signal })}
          onDone={onChanged}
        />
      </td>
    </tr>
  )
}
