import { LIMITS, type RoomId, type UserId } from '@roomful/protocol'
import type { InvitationRow, NewInvitations } from '../port'

/** `shown` false: it was declined, or was never shown. */
type Held = InvitationRow & { readonly shown: boolean }

/**
 * Invitations and blocks. Without versions, unlike rooms: nothing else in a snapshot depends on them, and ended ones
 * leave nothing behind.
 */
export class People {
  readonly #invitations = new Map<UserId, Map<RoomId, Held>>()
  readonly #sent = new Map<UserId, Set<Held>>()
  readonly #blocks = new Map<UserId, Map<UserId, string>>()

  invite({ roomId, inviterId, userIds, at, until }: NewInvitations): readonly UserId[] | undefined {
    const fresh = userIds.filter((userId) => {
      const held = this.#invitations.get(userId)?.get(roomId)
      return !held || held.until <= at
    })
    const sent = [...(this.#sent.get(inviterId) ?? [])].filter((held) => held.until > at)
    if (sent.length + fresh.length > LIMITS.invitationsSent) return undefined
    const shownTo = fresh.filter((userId) => this.#mayShow(userId, inviterId, at))
    for (const userId of fresh)
      this.#put({ roomId, userId, inviterId, at, until, shown: shownTo.includes(userId) })
    return shownTo
  }

  invitations(userId: UserId, nowMs: number, roomId?: RoomId): readonly InvitationRow[] {
    return [...(this.#invitations.get(userId)?.values() ?? [])]
      .filter((held) => held.shown && held.until > nowMs && (roomId ?? held.roomId) === held.roomId)
      .sort((a, b) => b.at - a.at || (a.roomId < b.roomId ? -1 : 1))
      .map(({ shown, ...row }) => row)
  }

  answer(userId: UserId, roomId: RoomId, answer: 'accepted' | 'declined'): boolean {
    const held = this.#invitations.get(userId)?.get(roomId)
    if (!held?.shown) return false
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
    for (const { roomId } of theirs) this.answer(userId, roomId, 'declined')
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
      held.filter(({ shown }) => shown).length < LIMITS.invitationsReceived &&
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

const NONE: ReadonlyMap<UserId, string> = new Map()
