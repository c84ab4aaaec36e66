import { type ReactElement, useState } from 'react'
import { Avatar } from '../ui/avatar'
import { Icon } from '../ui/icon'
import { IconButton } from '../ui/icon-button'
import { later } from '../ui/later'
import { Invitations } from './invitations'
import { RoomList } from './room-list'
import { SecondPerson } from './second-person'

const ConfirmDialog = later(() => import('../ui/confirm-dialog').then((part) => part.ConfirmDialog))

export function Sidebar({
  isWholePage,
  name,
  userId,
  current,
  onNew,
  onBrowse,
  onGoTo,
  onIdentities,
  onSettings,
  onSignOut,
}: {
  /** Nothing is beside it: a small screen, and no room is open. */
  isWholePage: boolean
  name: string
  userId: string
  current: string | null
  onNew: () => void
  onBrowse: () => void
  onGoTo: () => void
  onIdentities: () => void
  onSettings: () => void
  onSignOut: () => void
}): ReactElement {
  const [leaves, setLeaves] = useState(false)
  const Frame = isWholePage ? 'main' : 'aside'
  // The open room's name is the page's heading; without one it is this.
  const Brand = current === null ? 'h1' : 'p'
  return (
    <Frame className="sidebar" aria-label="Rooms and account">
      <header className="sidebar-header">
        <Brand className="brand">Roomful</Brand>
        <span className="sidebar-buttons">
          <IconButton icon="compass" label="Browse rooms" onClick={onBrowse} />
          <IconButton icon="plus" label="New room" onClick={onNew} />
        </span>
      </header>
      <button type="button" className="search-button" aria-keyshortcuts="Control+K" onClick={onGoTo}>
        <Icon name="search" />
        <span>Go to</span>
      </button>
      <Invitations />
      <RoomList myName={name} current={current} />
      <SecondPerson myName={name} />
      <footer className="sidebar-footer">
        <button type="button" className="account grow" title="Be another person" onClick={onIdentities}>
          <Avatar id={userId} name={name} />
          <bdi className="clip">{name}</bdi>
          <span className="visually-hidden">: be another person</span>
        </button>
        <IconButton icon="settings" label="Settings" onClick={onSettings} />
        <IconButton icon="leave" label="Sign out" onClick={() => setLeaves(true)} />
      </footer>
      {leaves && (
        <ConfirmDialog
          action="Sign out"
          text="You are here as a guest: nobody can sign in as this person again. What is not sent yet is lost."
          onConfirm={onSignOut}
          onClose={() => setLeaves(false)}
        />
      )}
    </Frame>
  )
}
