import { useRoomSelector } from '@roomful/react'
import { type ReactElement, useRef, useState } from 'react'
import { goToList } from '../app/route'
import { useTwoPanes } from '../app/use-two-panes'
import { Composer } from '../composer/composer'
import { ComposerProvider } from '../composer/composer-context'
import { later } from '../ui/later'
import { Announcer } from './announcer'
import { JumpProvider } from './jump'
import { MessageList } from './message-list'
import { PinBar } from './pin-bar'
import { RoomHeader } from './room-header'
import { TypingLine } from './typing-line'
import { useSwipeBack } from './use-swipe-back'

const ReportsDialog = later(() => import('../moderation/reports-dialog').then((part) => part.ReportsDialog))
const InviteDialog = later(() => import('./invite-dialog').then((part) => part.InviteDialog))
const RoomProblem = later(() => import('./room-problem').then((part) => part.RoomProblem))
const RoomSettings = later(() => import('./room-settings').then((part) => part.RoomSettings))
const MembersDialog = later(() => import('./members-dialog').then((part) => part.MembersDialog))

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
  const [dialog, setDialog] = useState<'none' | 'members' | 'invite' | 'reports' | 'settings'>('none')
  const type = useRoomSelector((state) => state.room?.type ?? 'public')
  const close = () => setDialog('none')
  const pane = useRef<HTMLElement>(null)
  useSwipeBack(pane, !useTwoPanes(), goToList)
  return (
    <section ref={pane} className="room" data-room-status={status}>
      <RoomHeader
        myName={myName}
        onMembers={() => setDialog('members')}
        onInvite={() => setDialog('invite')}
        onReports={() => setDialog('reports')}
        onSettings={() => setDialog('settings')}
      />
      {status === 'removed' || isRefused ? (
        <RoomProblem onBrowse={onBrowse} />
      ) : (
        <ComposerProvider>
          <JumpProvider>
            <PinBar />
            <MessageList myId={myId} />
          </JumpProvider>
          <TypingLine />
          <Composer />
          <Announcer myId={myId} />
        </ComposerProvider>
      )}
      {dialog === 'members' && <MembersDialog myId={myId} onClose={close} />}
      {dialog === 'invite' && <InviteDialog type={type} onClose={close} />}
      {dialog === 'reports' && <ReportsDialog onClose={close} />}
      {dialog === 'settings' && <RoomSettings onClose={close} />}
    </section>
  )
}
