import { RoomProvider, useChat, useChatSelector, useConnection, useRooms } from '@roomful/react'
import { type ReactElement, useEffect, useState } from 'react'
import { finishDeletions } from '../message/left-deletions'
import type { Command } from '../palette/use-entries'
import { choose } from '../preferences/preferences'
import { RoomPane } from '../room/room-pane'
import { Sidebar } from '../rooms/sidebar'
import type { Identity } from '../session/session'
import { EmptyState } from '../ui/empty-state'
import { isField } from '../ui/is-field'
import { later } from '../ui/later'
import { ConnectionBanner } from './connection-banner'
import { useInstallOffline } from './install-offline'
import { goToRoom, useRoomRoute } from './route'
import { StorageBanner } from './storage-banner'
import { useEnded } from './use-ended'
import { useNotifications } from './use-notifications'
import { useTitle } from './use-title'
import { useTwoPanes } from './use-two-panes'

const KeysDialog = later(() => import('../palette/keys-dialog').then((part) => part.KeysDialog))
const Palette = later(() => import('../palette/palette').then((part) => part.Palette))
const SettingsDialog = later(() =>
  import('../preferences/settings-dialog').then((part) => part.SettingsDialog),
)
const IdentitiesDialog = later(() =>
  import('../session/identities-dialog').then((part) => part.IdentitiesDialog),
)
const NewRoom = later(() => import('../rooms/new-room').then((part) => part.NewRoom))
const BrowseRooms = later(() => import('../rooms/browse-rooms').then((part) => part.BrowseRooms))

export function ChatScreen({
  identity,
  onSignOut,
}: {
  identity: Identity
  onSignOut: (why: string | null) => void
}): ReactElement {
  const chat = useChat()
  const connection = useConnection()
  const unsent = useChatSelector((state) => state.unsent)
  const rooms = useRooms()
  const roomId = useRoomRoute()
  const hasTwoPanes = useTwoPanes()
  const [dialog, setDialog] = useState<
    'none' | 'new' | 'browse' | 'settings' | 'identities' | 'palette' | 'keys'
  >('none')
  const close = () => setDialog('none')
  useEffect(() => finishDeletions(chat), [chat])
  useTitle()
  useNotifications()
  useInstallOffline()
  useEnded(onSignOut)

  // On a wide screen, a list without a room beside it would leave half of it empty.
  const first = rooms[0]?.id
  useEffect(() => {
    if (roomId === null && first !== undefined && hasTwoPanes) goToRoom(first, 'replace')
  }, [roomId, first, hasTwoPanes])
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const isGoTo = event.key.toLowerCase() === 'k' && (event.ctrlKey || event.metaKey)
      const isHelp = event.key === '?' && !isField(event.target)
      if (!isGoTo && !isHelp) return
      event.preventDefault()
      // What is typed into a form stays: no key replaces it.
      setDialog((now) => (now === 'new' || now === 'identities' ? now : isGoTo ? 'palette' : 'keys'))
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [])
  const commands = [
    { key: 'new', icon: 'plus', text: 'New room', run: () => setDialog('new') },
    { key: 'browse', icon: 'compass', text: 'Browse rooms', run: () => setDialog('browse') },
    { key: 'settings', icon: 'settings', text: 'Settings', run: () => setDialog('settings') },
    { key: 'identities', icon: 'people', text: 'Be another person', run: () => setDialog('identities') },
    { key: 'light', icon: 'settings', text: 'Light theme', run: () => choose({ theme: 'light' }) },
    { key: 'dark', icon: 'settings', text: 'Dark theme', run: () => choose({ theme: 'dark' }) },
    { key: 'keys', icon: 'search', text: 'Keyboard', hint: '?', run: () => setDialog('keys') },
  ] as const satisfies readonly Command[]

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
        onGoTo={() => setDialog('palette')}
        onIdentities={() => setDialog('identities')}
        onSettings={() => setDialog('settings')}
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
      {dialog === 'palette' && <Palette commands={commands} onClose={close} />}
      {dialog === 'keys' && <KeysDialog onClose={close} />}
      {dialog === 'identities' && <IdentitiesDialog onClose={close} />}
      {dialog === 'settings' && <SettingsDialog onClose={close} />}
    </div>
  )
}
