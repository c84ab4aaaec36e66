import { type ReactElement, useCallback } from 'react'
import { useApi } from '../api/api'
import { linkTo } from '../app/route'
import { from, usePages } from '../loading/use-pages'
import { plural } from '../text/text'
import { Id, Name } from '../ui/names'
import { Pager } from '../ui/pager'
import { ViewTitle } from '../ui/view-title'

/** The rooms whose moderators have something to do. */
export function QueueView(): ReactElement {
  const api = useApi()
  const pages = usePages(
    useCallback(
      async (after: string | undefined, signal: AbortSignal) => {
        const { rooms, next } = await api.moderation.rooms(from(after), { signal })
        return { rows: rooms, next }
      },
      [api],
    ),
  )
  return (
    <>
      <ViewTitle>Reports</ViewTitle>
      <Pager pages={pages} empty="No report is open.">
        {(rooms) => (
          <ul className="card queue">
            {rooms.map(({ room, open }) => (
              <li key={room.id}>
                <a href={linkTo(['rooms', room.id, 'reports'])}>
                  <Name>{room.name}</Name>
                </a>
                <Id>{room.id}</Id>
                <span className="badge strong">{plural(open, 'open report')}</span>
              </li>
            ))}
          </ul>
        )}
      </Pager>
    </>
  )
}
