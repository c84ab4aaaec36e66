import type { MemberView, RoomState } from '@roomful/client'

const RANK = { member: 0, admin: 1, owner: 2 } as const

type Role = RoomState['role']

/** Owners steer everybody else, admins the members. */
export const maySteer = (mine: Role, theirs: MemberView['role']): boolean =>
  mine !== null && RANK[mine] > RANK[theirs] && mine !== 'member'

/** Who moderates a room invites to it and lifts bans; in a dm nobody does. */
export const moderates = (mine: Role, type: string | undefined): boolean =>
  (mine === 'owner' || mine === 'admin') && type !== 'dm'

/** When a mute ends (ms since the epoch); null without one. */
export const muteEndOf = ({ mutedUntil }: Pick<MemberView, 'mutedUntil'>): number | null =>
  mutedUntil === undefined ? null : Date.parse(mutedUntil)

/** A mute ends by the clock: nobody is told, and the row keeps its time. */
export const isMutedAt = (member: Pick<MemberView, 'mutedUntil'>, nowMs: number): boolean =>
  (muteEndOf(member) ?? 0) > nowMs

/** When the next of these mutes ends (ms since the epoch); null if none will. */
export function nextMuteEnd(members: readonly MemberView[], nowMs: number): number | null {
  const ends = members.map((member) => muteEndOf(member) ?? 0).filter((end) => end > nowMs)
  return ends.length === 0 ? null : Math.min(...ends)
}
