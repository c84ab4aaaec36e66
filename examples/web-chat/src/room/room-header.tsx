import { useRoom, useRoomSelector, useRooms } from '@roomful/react'
import type { ReactElement } from 'react'
import { goToList } from '../app/route'
import { silence, usePreferences } from '../preferences/preferences'
import { RoomAvatar } from '../rooms/room-avatar'
import { membersText } from '../text/members-text'
import { roomTitle } from '../text/room-title'
import { IconButton } from '../ui/icon-button'
import { topicOf } from './topic'

type Opens = { onMembers: () => void; onInvite: () => void; onReports: () => void; onSettings: () => void }

export function RoomHeader({ myName, ...opens }: { myName: string } & Opens): ReactElement {
  const { id } = useRoom()
  const row = useRoomSelector((state) => state.room)
  const listed = useRooms().find((room) => room.id === id)
  const type = listed?.type ?? row?.type ?? 'public'
  const known = listed?.name ?? row?.name
  // An id says nothing to anybody.
  const name = known === undefined ? 'Room' : roomTitle(known, type, myName)
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
      {known !== undefined && <HeaderButtons {...opens} isDm={type === 'dm'} />}
    </header>
  )
}

function HeaderButtons({
  isDm,
  onMembers,
  onInvite,
  onReports,
  onSettings,
}: Opens & { isDm: boolean }): ReactElement {
  const { id } = useRoom()
  const { notifications, silentRooms } = usePreferences()
  const isSilent = silentRooms.includes(id)
  const moderates = useRoomSelector(({ role }) => role === 'owner' || role === 'admin')
  return (
    <>
      {notifications === 'on' && (
        <IconButton
          icon={isSilent ? 'bell-off' : 'bell'}
          label="Notifications of this room"
          aria-pressed={!isSilent}
          onClick={() => silence(id, !isSilent)}
        />
      )}
      {!isDm && <IconButton icon="link" label="Link to this room" onClick={onInvite} />}
      {!isDm && moderates && <IconButton icon="flag" label="Reported messages" onClick={onReports} />}
      {!isDm && moderates && <IconButton icon="settings" label="Room settings" onClick={onSettings} />}
      <IconButton icon="people" label="Members" onClick={onMembers} />
    </>
  )
}

/** The members, or a note that the newest is not loaded yet. */
function RoomState(): ReactElement {
  const status = useRoomSelector((state) => state.status)
  const count = useRoomSelector((state) => state.memberCount)
  const topic = useRoomSelector((state) => topicOf(state.room))
  const members = count > 0 ? membersText(count) : ''
  const text = status === 'catching-up' ? 'Catching up…' : status === 'loading' ? 'Loading…' : members
  return (
    <p className="muted clip">
      <bdi role="status" data-testid="room-state">
        {text}
      </bdi>
      {topic !== '' && (
        <>
          {' · '}
          <bdi title={topic}>{topic}</bdi>
        </>
      )}
    </p>
  )
}
