import type { ReactElement } from 'react'
import { Avatar } from '../ui/avatar'
import { Icon } from '../ui/icon'
import { IconButton } from '../ui/icon-button'
import { Invitations } from './invitations'
import { RoomList } from './room-list'

export function Sidebar({
  isWholePage,
  name,
  userId,
  current,
  onNew,
  onBrowse,
  onSignOut,
}: {
  /** Nothing is beside it: a small screen, and no room is open. */
  isWholePage: boolean
  name: string
  userId: string
  current: string | null
  onNew: () => void
  onBrowse: () => void
  onSignOut: () => void
}): ReactElement {
  const Frame = isWholePage ? 'main' : 'aside'
  // The open room's name is the page's heading; without one it is this.
  const Brand = current === null ? 'h1' : 'p'
  return (
    <Frame className="sidebar">
      <header className="sidebar-header">
        <Brand className="brand">Roomful</Brand>
        <IconButton icon="plus" label="New room" onClick={onNew} />
      </header>
      <button type="button" className="search-button" aria-keyshortcuts="Control+K" onClick={onBrowse}>
        <Icon name="search" />
        <span>Browse rooms</span>
      </button>
      <Invitations />
      <RoomList myName={name} current={current} />
      <footer className="sidebar-footer">
        <Avatar id={userId} name={name} />
        <bdi className="grow clip">{name}</bdi>
        <IconButton icon="leave" label="Sign out" onClick={onSignOut} />
      </footer>
    </Frame>
  )
}
