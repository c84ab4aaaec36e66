import { useChat, useRooms } from '@roomful/react'
import { type ReactElement, useState } from 'react'
import { goToRoom } from '../app/route'
import { errorText } from '../text/error-text'
import { membersText } from '../text/members-text'
import { Dialog } from '../ui/dialog'
import { useAttempt } from '../ui/notices'
import { RoomAvatar } from './room-avatar'
import { usePublicRooms } from './use-public-rooms'

export function BrowseRooms({ onClose }: { onClose: () => void }): ReactElement {
  const chat = useChat()
  const attempt = useAttempt()
  const mine = new Set(useRooms().map(({ id }) => id))
  const [query, setQuery] = useState('')
  const { rooms, next, error, busy, loadMore } = usePublicRooms(query.trim())

  const open = async (id: string) => {
    if (!mine.has(id)) await chat.joinRoom(id)
    goToRoom(id)
    onClose()
  }

  return (
    <Dialog title="Browse rooms" onClose={onClose}>
      <label className="field">
        <span className="visually-hidden">Search public rooms</span>
        <input
          type="search"
          placeholder="Search public rooms"
          maxLength={100}
          value={query}
          onChange={(event) => setQuery(event.target.value)}
        />
      </label>
      {error && (
        <p className="error-text" role="alert">
          {errorText(error)}
        </p>
      )}
      <ul className="picker" aria-label="Public rooms">
        {rooms.map(({ id, name, type, memberCount = 0 }) => (
          <li key={id} className="picker-row">
            <RoomAvatar id={id} name={name} type={type} />
            <span className="grow clip">
              <bdi>{name}</bdi>
              {memberCount > 0 && <span className="muted"> {membersText(memberCount)}</span>}
            </span>
            <button type="button" className="button" onClick={() => attempt(open(id))}>
              {mine.has(id) ? 'Open' : 'Join'}
              <span className="visually-hidden"> {name}</span>
            </button>
          </li>
        ))}
      </ul>
      {rooms.length === 0 && !error && (
        <p className="muted" role="status">
          {busy ? 'Loading…' : 'No public room has that in its name.'}
        </p>
      )}
      {next !== undefined && (
        <button type="button" className="button" disabled={busy} onClick={loadMore}>
          Show more
        </button>
      )}
    </Dialog>
  )
}
