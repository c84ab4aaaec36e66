import { LIMITS, type RoomId, type UserId } from '@roomful/protocol'
import type { InvitationRow, InvitationToWithdraw, NewInvitations } from '../port'

/** `shown` false: it was declined, or was never shown. */
type Held = InvitationRow & { readonly shown: boolean; readonly withdrawn: boolean }

const rowOf = ({ shown, withdrawn, ...row }: Held): InvitationRow => row

/**
 * Invitations and blocks. Without versions, unlike rooms: nothing else in a snapshot depends on them, and ended ones
 * leave nothing behind.
 */
export class People {
  readonly #invitations = new Map<UserId, Map<RoomId, Held>>()
  readonly #sent = new Map<UserId, Set<Held>>()
  readonly #blocks = new Map<UserId, Map<UserId, string>>()

  invite({ roomId, inviterId, userIds, at, until }: NewInvitations): readonly UserId[] | undefined {
    const wanted = userIds.map((userId) => {
      const held = this.#invitations.get(userId)?.get(roomId)
      return { userId, held: held && held.until > at ? held : undefined }
    })
    const sent = [...(this.#sent.get(inviterId) ?? [])].filter((held) => held.until > at)
    const added = wanted.filter(({ held }) => !held || (held.withdrawn && held.inviterId !== inviterId))
    if (sent.length + added.length > LIMITS.invitationsSent) return undefined
    const shownTo = added.flatMap(({ userId, held }) =>
      held?.shown !== false && this.#mayShow(userId, inviterId, at) ? [userId] : [],
    )
    for (const { userId } of added)
      this.#put({
        ...{ roomId, userId, inviterId, at, until },
        ...{ shown: shownTo.includes(userId), withdrawn: false },
      })
    for (const { held } of wanted)
      if (held?.withdrawn && held.inviterId === inviterId) this.#put({ ...held, withdrawn: false })
    return shownTo
  }

  sent(inviterId: UserId, nowMs: number): readonly InvitationRow[] {
    return [...(this.#sent.get(inviterId) ?? [])]
      .filter((held) => held.until > nowMs && !held.withdrawn)
      .sort((a, b) => b.at - a.at || compare(a.roomId, b.roomId) || compare(a.userId, b.userId))
      .map(rowOf)
  }

  withdraw({ userId, roomId, inviterId, nowMs }: InvitationToWithdraw): boolean {
    const held = this.#invitations.get(userId)?.get(roomId)
    if (held?.inviterId !== inviterId || held.until <= nowMs || held.withdrawn) return false
    this.#put({ ...held, withdrawn: true })
    return held.shown
  }

  invitations(userId: UserId, nowMs: number, roomId?: RoomId): readonly InvitationRow[] {
    return [...(this.#invitations.get(userId)?.values() ?? [])]
      .filter((held) => isSeen(held) && held.until > nowMs && (roomId ?? held.roomId) === held.roomId)
      .sort((a, b) => b.at - a.at || compare(a.roomId, b.roomId))
      .map(rowOf)
  }

  answer(userId: UserId, roomId: RoomId, answer: 'accepted' | 'declined'): boolean {
    const held = this.#invitations.get(userId)?.get(roomId)
    if (!held || !isSeen(held)) return false
    this.#remove(held)
    if (answer === 'declined') this.#put({ ...held, shown: false })
    return true
  }

  forget(beforeMs: number): number {
    const over = this.#all().filter((held) => held.until < beforeMs)
    for (const held of over) this.#remove(held)
    return over.length
  }

  block(userId: UserId, blockedId: UserId, at: string): readonly RoomId[] | undefined {
    const blocks = this.#blocks.get(userId) ?? new Map<UserId, string>()
    if (!blocks.has(blockedId) && blocks.size >= LIMITS.blockedUsers) return undefined
    if (!blocks.has(blockedId)) this.#blocks.set(userId, blocks.set(blockedId, at))
    const theirs = [...(this.#invitations.get(userId)?.values() ?? [])].filter(
      (held) => held.inviterId === blockedId && held.shown,
    )
    for (const held of theirs) this.#put({ ...held, shown: false })
    return theirs.map(({ roomId }) => roomId)
  }

  unblock(userId: UserId, blockedId: UserId): void {
    const blocks = this.#blocks.get(userId)
    blocks?.delete(blockedId)
    if (blocks?.size === 0) this.#blocks.delete(userId)
  }

  /** Each with the time of the block. */
  blocksOf(userId: UserId): ReadonlyMap<UserId, string> {
    return this.#blocks.get(userId) ?? NONE
  }

  backup() {
    const blocks = [...this.#blocks].flatMap(([userId, blocked]) =>
      [...blocked].map(([blockedId, at]) => [userId, blockedId, at] as const),
    )
    return { invitations: this.#all(), blocks }
  }

  restore({ invitations, blocks }: ReturnType<People['backup']>): void {
    for (const held of invitations) this.#put(held)
    for (const [userId, blockedId, at] of blocks) this.block(userId, blockedId, at)
  }

  #mayShow(userId: UserId, inviterId: UserId, at: number): boolean {
    const held = [...(this.#invitations.get(userId)?.values() ?? [])].filter(({ until }) => until > at)
    const fromOne = held.filter((one) => one.inviterId === inviterId)
    return (
      held.filter(isSeen).length < LIMITS.invitationsReceived &&
      fromOne.length < LIMITS.invitationsFromOne &&
      !this.blocksOf(userId).has(inviterId)
    )
  }

  #all(): Held[] {
    return [...this.#invitations.values()].flatMap((rooms) => [...rooms.values()])
  }

  #put(held: Held): void {
    const { userId, roomId, inviterId } = held
    const rooms = this.#invitations.get(userId) ?? new Map<RoomId, Held>()
    const before = rooms.get(roomId)
    if (before) this.#remove(before)
    this.#invitations.set(userId, rooms.set(roomId, held))
    this.#sent.set(inviterId, (this.#sent.get(inviterId) ?? new Set()).add(held))
  }

  #remove(held: Held): void {
    const { userId, roomId, inviterId } = held
    const rooms = this.#invitations.get(userId)
    rooms?.delete(roomId)
    if (rooms?.size === 0) this.#invitations.delete(userId)
    const sent = this.#sent.get(inviterId)
    sent?.delete(held)
    if (sent?.size === 0) this.#sent.delete(inviterId)
  }
}

const isSeen = ({ shown, withdrawn }: Held): boolean => shown && !withdrawn

const compare = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1)

const NONE: ReadonlyMap<UserId, string> = new Map()
