import { useConnection, useRooms } from '@roomful/react'
import type { ReactElement } from 'react'
import { RoomListItem } from './room-list-item'

export function RoomList({ myName, current }: { myName: string; current: string | null }): ReactElement {
  const rooms = useRooms()
  const { status } = useConnection()
  return (
    <nav className="room-list" aria-label="Rooms">
      {rooms.length > 0 ? (
        <ul aria-label="Your rooms">
          {rooms.map((room) => (
            <RoomListItem key={room.id} room={room} myName={myName} current={room.id === current} />
          ))}
        </ul>
      ) : (
        <p className="muted room-list-empty">
          {status === 'online'
            ? 'You are in no room yet. Browse the public ones, or make your own.'
            : 'Loading…'}
        </p>
      )}
    </nav>
  )
}
