import type { ReactElement } from 'react'
import { Avatar } from '../ui/avatar'
import { Icon } from '../ui/icon'
import { IconButton } from '../ui/icon-button'
import { RoomList } from './room-list'

export function Sidebar({
  name,
  userId,
  current,
  onNew,
  onBrowse,
  onSignOut,
}: {
  name: string
  userId: string
  current: string | null
  onNew: () => void
  onBrowse: () => void
  onSignOut: () => void
}): ReactElement {
  return (
    <aside className="sidebar">
      <header className="sidebar-header">
        <h1>Roomful</h1>
        <IconButton icon="plus" label="New room" onClick={onNew} />
      </header>
      <button type="button" className="search-button" aria-keyshortcuts="Control+K" onClick={onBrowse}>
        <Icon name="search" />
        <span>Browse rooms</span>
      </button>
      <RoomList current={current} />
      <footer className="sidebar-footer">
        <Avatar id={userId} name={name} />
        <bdi className="grow clip">{name}</bdi>
        <IconButton icon="leave" label="Sign out" onClick={onSignOut} />
      </footer>
    </aside>
  )
}
