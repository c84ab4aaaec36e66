import { type ReactElement, useCallback } from 'react'
import { useApi } from '../api/api'
import { goTo } from '../app/route'
import { from, searchFor, usePages } from '../loading/use-pages'
import { Pager } from '../ui/pager'
import { SearchBox } from '../ui/search-box'
import { ViewTitle } from '../ui/view-title'
import { RoomTable } from './room-table'

export function RoomsView({ query }: { readonly query: string }): ReactElement {
  return (
    <>
      <ViewTitle>Rooms</ViewTitle>
      <SearchBox
        label="Search rooms by name or id"
        query={query}
        onSearch={(text) => goTo(['rooms'], text)}
      />
      <RoomList key={query} query={query} />
    </>
  )
}

function RoomList({ query }: { readonly query: string }): ReactElement {
  const api = useApi()
  const pages = usePages(
    useCallback(
      async (after: string | undefined, signal: AbortSignal) => {
        const { rooms, next } = await api.rooms.list({ ...searchFor(query), ...from(after) }, { signal })
        return { rows: rooms, next }
      },
      [api, query],
    ),
  )
  const empty = query === '' ? 'There is no room yet.' : 'No room has this in its name or id.'
  return (
    <Pager pages={pages} empty={empty}>
      {(rooms) => <RoomTable rooms={rooms} />}
    </Pager>
  )
}
