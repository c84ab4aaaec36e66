import type { MemberView, RoomState } from '@roomful/client'

const RANK = { member: 0, admin: 1, owner: 2 } as const

/** Owners steer everybody else, admins the members. */
export const maySteer = (mine: RoomState['role'], theirs: MemberView['role']): boolean =>
  mine !== null && RANK[mine] > RANK[theirs] && mine !== 'member'
