import { useRoomSelector } from '@roomful/react'
import { type ReactElement, useState } from 'react'
import { Composer } from '../composer/composer'
import { ComposerProvider } from '../composer/composer-context'
import { Announcer } from './announcer'
import { MembersDialog } from './members-dialog'
import { MessageList } from './message-list'
import { PinBar } from './pin-bar'
import { RoomHeader } from './room-header'
import { RoomProblem } from './room-problem'
import { TypingLine } from './typing-line'

export function RoomPane({
  myId,
  myName,
  onBrowse,
}: {
  myId: string
  myName: string
  onBrowse: () => void
}): ReactElement {
  const status = useRoomSelector((state) => state.status)
  const isRefused = useRoomSelector(({ error, messages }) => error !== null && messages.length === 0)
  const [showsMembers, setShowsMembers] = useState(false)
  return (
    <section className="room" data-room-status={status}>
      <RoomHeader myName={myName} onMembers={() => setShowsMembers(true)} />
      {status === 'removed' || isRefused ? (
        <RoomProblem onBrowse={onBrowse} />
      ) : (
        <ComposerProvider>
          <PinBar />
          <MessageList myId={myId} />
          <TypingLine />
          <Composer />
          <Announcer myId={myId} />
        </ComposerProvider>
      )}
      {showsMembers && <MembersDialog myId={myId} onClose={() => setShowsMembers(false)} />}
    </section>
  )
}
