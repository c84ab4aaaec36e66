import { type ReactElement, useCallback } from 'react'
import { useApi } from '../api/api'
import { from, usePages } from '../loading/use-pages'
import { RoomTable } from '../rooms/room-table'
import { Pager } from '../ui/pager'

export function UserRooms({ userId }: { readonly userId: string }): ReactElement {
  const api = useApi()
  const pages = usePages(
    useCallback(
      async (after: string | undefined, signal: AbortSignal) => {
        const { rooms, next } = await api.users.rooms({ userId, ...from(after) }, { signal })
        return { rows: rooms, next }
      },
      [api, userId],
    ),
  )
  return (
    <Pager pages={pages} empty="This user is in no room.">
      {(items) => (
        <RoomTable
          rooms={items.map(({ room }) => room)}
          roles={new Map(items.map(({ room, role }) => [room.id, role]))}
        />
      )}
    </Pager>
  )
}
