import { useInvitations } from '@roomful/react'
import type { ReactElement } from 'react'
import { later } from '../ui/later'

const InvitationList = later(() => import('./invitation-list').then((part) => part.InvitationList))

/** Rooms that strangers invite the user to. */
export function Invitations(): ReactElement | null {
  return useInvitations().length > 0 ? <InvitationList /> : null
}
