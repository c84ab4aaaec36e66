import type { ReactElement } from 'react'
import { Reports } from '../reports/reports'
import { AuditLog } from './audit-log'
import { History } from './history'
import { MemberList } from './member-list'

/** What there is to see of a room: the last part of its address. */
export const ROOM_PARTS = [
  { id: 'messages', name: 'Messages' },
  { id: 'members', name: 'Members' },
  { id: 'reports', name: 'Reports' },
  { id: 'audit', name: 'Audit' },
] as const
type RoomPartId = (typeof ROOM_PARTS)[number]['id']

/** Anything else shows the messages. */
export const roomPartOf = (part: string | undefined): RoomPartId =>
  ROOM_PARTS.find(({ id }) => id === part)?.id ?? 'messages'

type Props = { readonly part: RoomPartId; readonly roomId: string }

export function RoomPart({ part, roomId }: Props): ReactElement {
  switch (part) {
    case 'messages':
      return <History roomId={roomId} />
    case 'members':
      return <MemberList roomId={roomId} />
    case 'reports':
      return <Reports roomId={roomId} />
    case 'audit':
      return <AuditLog roomId={roomId} />
  }
}
