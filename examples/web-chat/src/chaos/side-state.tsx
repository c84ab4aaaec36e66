import { useChatSelector, useConnection, useRoomSelector } from '@roomful/react'
import type { ReactElement } from 'react'

/** How this client stands: its connection, its room, its disk, and what waits. */
export function SideState(): ReactElement {
  const { status } = useConnection()
  const room = useRoomSelector((state) => state.status)
  const lastSeq = useRoomSelector((state) => state.lastSeq)
  const storage = useChatSelector((state) => state.storage.status)
  const unsent = useChatSelector((state) => state.unsent)
  const isLive = status === 'online' && room === 'live'
  return (
    <p className="chaos-state" data-connection={status} data-room-status={room} data-unsent={unsent}>
      <span className="chaos-dot" data-state={isLive ? 'good' : status === 'online' ? 'fair' : 'bad'} />
      {isLive ? 'live' : status === 'online' ? 'catching up' : status}
      <span className="chaos-facts">
        <span>at {lastSeq.toLocaleString('en')}</span>
        <span data-is-set={unsent > 0}>{unsent} waiting</span>
        <span data-is-set={storage !== 'ok'}>disk {storage === 'ok' ? 'ok' : 'in trouble'}</span>
      </span>
    </p>
  )
}
