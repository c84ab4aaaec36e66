import { RoomProvider, useChatSelector, useConnection, useRooms } from '@roomful/react'
import { type ReactElement, useEffect, useState } from 'react'
import { RoomPane } from '../room/room-pane'
import { BrowseRooms } from '../rooms/browse-rooms'
import { NewRoom } from '../rooms/new-room'
import { Sidebar } from '../rooms/sidebar'
import type { Identity } from '../session/session'
import { EmptyState } from '../ui/empty-state'
import { ConnectionBanner } from './connection-banner'
import { goToRoom, useRoomRoute } from './route'
import { StorageBanner } from './storage-banner'
import { useEnded } from './use-ended'
import { useTitle } from './use-title'
import { useTwoPanes } from './use-two-panes'

export function ChatScreen({
  identity,
  onSignOut,
}: {
  identity: Identity
  onSignOut: (why: string | null) => void
}): ReactElement {
  const connection = useConnection()
  const unsent = useChatSelector((state) => state.unsent)
  const rooms = useRooms()
  const roomId = useRoomRoute()
  const hasTwoPanes = useTwoPanes()
  const [dialog, setDialog] = useState<'none' | 'new' | 'browse'>('none')
  const close = () => setDialog('none')
  useTitle()
  useEnded(onSignOut)

  // On a wide screen, a list without a room beside it would leave half of it empty.
  const first = rooms[0]?.id
  useEffect(() => {
    if (roomId === null && first !== undefined && hasTwoPanes) goToRoom(first, 'replace')
  }, [roomId, first, hasTwoPanes])
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey)) return
      event.preventDefault()
      setDialog('browse')
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [])

  return (
    <div
      className="app"
      data-connection={connection.status}
      data-unsent={unsent}
      data-pane={roomId === null ? 'rooms' : 'room'}
    >
      <div className="banners">
        <ConnectionBanner />
        <StorageBanner />
      </div>
      <Sidebar
        isWholePage={roomId === null && !hasTwoPanes}
        name={identity.name}
        userId={identity.userId}
        current={roomId}
        onNew={() => setDialog('new')}
        onBrowse={() => setDialog('browse')}
        onSignOut={() => onSignOut(null)}
      />
      {roomId === null && hasTwoPanes && (
        <main className="main">
          <EmptyState title="No room is open" text="Choose one from the list, or make a new one." />
        </main>
      )}
      {roomId !== null && (
        <main className="main">
          <RoomProvider key={roomId} id={roomId}>
            <RoomPane myId={identity.userId} myName={identity.name} onBrowse={() => setDialog('browse')} />
          </RoomProvider>
        </main>
      )}
      {dialog === 'new' && <NewRoom onClose={close} />}
      {dialog === 'browse' && <BrowseRooms onClose={close} />}
    </div>
  )
}
