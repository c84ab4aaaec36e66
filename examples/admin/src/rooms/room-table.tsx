import type { Member, Room } from '@roomful/admin'
import type { ReactElement } from 'react'
import { linkTo } from '../app/route'
import { number } from '../text/text'
import { Id, Name } from '../ui/names'

type Props = {
  readonly rooms: readonly Room[]
  /** Of one user, by room. */
  readonly roles?: ReadonlyMap<string, Member['role']>
}

export function RoomTable({ rooms, roles }: Props): ReactElement {
  return (
    <div className="card table-card">
      <table>
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Type</th>
            {roles && <th scope="col">Role</th>}
            <th scope="col" className={roles ? 'figure-cell wide-only' : 'figure-cell'}>
              Messages
            </th>
            <th scope="col" className="wide-only">
              Id
            </th>
          </tr>
        </thead>
        <tbody>
          {rooms.map(({ id, name, type, lastSeq, settings }) => (
            <tr key={id}>
              <td>
                <a href={linkTo(['rooms', id])}>
                  <Name>{name}</Name>
                </a>{' '}
                {settings.archived && <span className="badge">archived</span>}
              </td>
              <td>{type}</td>
              {roles && <td>{roles.get(id)}</td>}
              <td className={roles ? 'figure-cell wide-only' : 'figure-cell'}>{number(lastSeq)}</td>
              <td className="wide-only">
                <Id>{id}</Id>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
