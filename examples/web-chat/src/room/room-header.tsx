import { useRoom, useRoomSelector, useRooms } from '@roomful/react'
import type { ReactElement } from 'react'
import { goToList } from '../app/route'
import { RoomAvatar } from '../rooms/room-avatar'
import { membersText } from '../text/members-text'
import { roomTitle } from '../text/room-title'
import { IconButton } from '../ui/icon-button'

export function RoomHeader({ myName, onMembers }: { myName: string; onMembers: () => void }): ReactElement {
  const { id } = useRoom()
  const row = useRoomSelector((state) => state.room)
  const listed = useRooms().find((room) => room.id === id)
  const type = listed?.type ?? row?.type ?? 'public'
  const name = roomTitle(listed?.name ?? row?.name ?? id, type, myName)
  return (
    <header className="room-header">
      <IconButton icon="back" label="Back to the rooms" className="back" onClick={goToList} />
      <RoomAvatar id={id} name={name} type={type} />
      <div className="room-title grow">
        <h1 className="clip">
          <bdi>{name}</bdi>
        </h1>
        <RoomState />
      </div>
      <IconButton icon="people" label="Members" onClick={onMembers} />
    </header>
  )
}

/** The members, or a note that the newest is not loaded yet. */
function RoomState(): ReactElement {
  const status = useRoomSelector((state) => state.status)
  const count = useRoomSelector((state) => state.memberCount)
  const members = count > 0 ? membersText(count) : ''
  const text = status === 'catching-up' ? 'Catching up…' : status === 'loading' ? 'Loading…' : members
  return (
    <p className="muted" role="status" data-testid="room-state">
      {text}
    </p>
  )
}
