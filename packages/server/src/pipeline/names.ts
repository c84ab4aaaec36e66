import { LIMITS, type RoomId, retryOf, type User, type UserId } from '@roomful/protocol'
import { withProfileOf } from '../auth/acting-user'
import type { Identity } from '../auth/identity'
import type { Bus } from '../cluster/bus'
import type { Outcome } from '../core/ops'
import { isSameProfile } from '../core/profile'
import type { Clock } from '../ports/clock'
import type { Log } from '../ports/log'
import { putOver, type Reader, type Store, StoreError } from '../stores/port'
import type { Pipeline } from './port'

/** Rooms renamed at a time: other commits run in between, and a transaction takes several. */
const BATCH_ROOMS = 32
/** Rooms found by one query. */
const PAGE_ROOMS = 5_000
/** First wait after a room that could not be written; later waits double, up to the last. */
const FIRST_WAIT_MS = 500
const LAST_WAIT_MS = 10_000
/** About a minute. The next sign-in of the user does the rest. */
const TRIES = 10

export type NamesDeps = {
  readonly store: Pick<Store, 'read' | 'putUser'>
  readonly pipeline: Pick<Pipeline, 'submit'>
  readonly bus: Pick<Bus, 'publish'>
  readonly clock: Clock
  readonly log: Log
  /** Open rooms come first. */
  readonly isOpen: (roomId: RoomId) => boolean
}

/**
 * Keeps the users' names and pictures. They arrive with a sign-in; of two tokens, those of the later one count. Member
 * rows carry them, so that it reaches open rooms as a change and all others with their next sync, and is never read per reader:
 *
 *   sign-in ── users ──▶ all nodes (their devices of the user) ──▶ rooms, open ones first, a batch at a time
 *
 * Rooms in which the user still has another name are the to-do list: each sign-in looks for them, so that another
 * process finishes what one has begun.
 */
export class Names {
  /** The name that is being written to a user's rooms. */
  readonly #spreading = new Map<UserId, User>()
  /** Users whose rooms are still to be checked, one user at a time. */
  readonly #checks = new Map<UserId, User>()
  readonly #waits = new Set<() => void>()
  #isChecking = false
  #stopped = false

  constructor(private readonly deps: NamesDeps) {}

  /** The identity under the name that counts. `known`: the stored user; undefined: a new user. */
  async signedIn(identity: Identity, known: User | undefined): Promise<Identity> {
    const { id, name, avatarUrl } = identity
    const given = { id, name, ...(avatarUrl === undefined ? {} : { avatarUrl }) }
    const isSame = known !== undefined && isSameProfile(known, putOver(known, given))
    const user = isSame ? known : await this.deps.store.putUser(given, this.#namedAt(identity))
    const settled = withProfileOf(user, identity)
    if (known === undefined) return settled
    if (isSameProfile(user, known)) this.#check(user)
    else {
      this.deps.bus.publish({ type: 'renamed', user })
      this.#spread(user)
    }
    return settled
  }

  /** The same on an open connection. Keeps the token's name while the store is unavailable. */
  async refreshed(identity: Identity): Promise<Identity> {
    try {
      return await this.signedIn(identity, await this.deps.store.read((reader) => reader.user(identity.id)))
    } catch (error) {
      if (!(error instanceof StoreError)) throw error
      this.deps.log.warn({ err: error }, 'the name of a fresh token could not be compared')
      return identity
    }
  }

  stop(): void {
    this.#stopped = true
    for (const end of this.#waits) end()
  }

  /** A token dated in the future, from a clock that is ahead, must not keep its name for that long. */
  #namedAt({ namedAt }: Identity): number {
    const now = this.deps.clock.now()
    return Math.floor(Math.min(namedAt ?? now, now))
  }

  #check(user: User): void {
    this.#checks.set(user.id, user)
    if (!this.#isChecking) void this.#checkAll()
  }

  /** Thousands of devices reconnect after a restart: one user's rooms are checked at a time. */
  async #checkAll(): Promise<void> {
    this.#isChecking = true
    for (const [userId, user] of this.#checks) {
      this.#checks.delete(userId)
      if (this.#stopped) break
      const found = await this.deps.store
        .read((reader) => reader.misnamed(user, 1))
        .catch((error: unknown) => this.#warn(error))
      if (found && found.length > 0) this.#spread(user)
    }
    this.#isChecking = false
  }

  /** One pass per user at a time: a name that changes again and again costs no more than the rooms can take. */
  #spread(user: User): void {
    const isUnderWay = this.#spreading.has(user.id)
    this.#spreading.set(user.id, user)
    if (!isUnderWay) void this.#spreadAll(user.id)
  }

  async #spreadAll(userId: UserId): Promise<void> {
    for (let tries = 0; tries < TRIES && !this.#stopped; ) {
      const user = this.#spreading.get(userId)
      if (user === undefined) return
      const isDone = await this.#pass(user).catch((error: unknown) => this.#warn(error))
      const isLatest = this.#spreading.get(userId) === user
      if (isDone && isLatest) break
      if (isDone || !isLatest) continue
      await this.#wait(Math.min(LAST_WAIT_MS, FIRST_WAIT_MS * 2 ** tries++))
    }
    this.#spreading.delete(userId)
  }

  /** Returns whether all rooms have the name, or will have a later one. */
  async #pass(user: User): Promise<boolean> {
    for (;;) {
      const found = await this.deps.store.read(async (reader) => {
        // The user was renamed since, on another node: that node's pass does it.
        const now = await reader.user(user.id)
        return now && isSameProfile(now, user) ? reader.misnamed(user, PAGE_ROOMS) : []
      })
      const isOpen = (roomId: RoomId): number => Number(this.deps.isOpen(roomId))
      const rooms = [...found].sort((a, b) => isOpen(b) - isOpen(a))
      let renamed = 0
      for (let at = 0; at < rooms.length; at += BATCH_ROOMS) {
        if (this.#stopped || this.#spreading.get(user.id) !== user) return false
        const outcomes = await this.#renameIn(user, rooms.slice(at, at + BATCH_ROOMS))
        if (outcomes.some((outcome) => !outcome.ok && retryOf(outcome.code) !== 'never')) return false
        renamed += outcomes.filter(({ ok }) => ok).length
        await this.#wait(0)
      }
      // Rooms that refuse it permanently are not tried again.
      if (found.length < PAGE_ROOMS || renamed === 0) return true
    }
  }

  async #renameIn(user: User, roomIds: readonly RoomId[]): Promise<readonly Outcome[]> {
    const { store, pipeline, clock } = this.deps
    const rooms = await store.read(async (reader) => {
      const found = await reader.memberships(user.id, roomIds)
      return Promise.all(
        found.map(async ({ room: { id, type } }) => ({
          id,
          others: type === 'dm' ? await othersIn(reader, id, user.id) : [],
        })),
      )
    })
    const base = { actor: { ...user, admin: false }, at: clock.now() }
    return Promise.all(
      rooms.map(({ id, others }) => pipeline.submit(id, { kind: 'rename-member', ...base, others })),
    )
  }

  #wait(ms: number): Promise<void> {
    if (this.#stopped) return Promise.resolve()
    return new Promise((resolve) => {
      const end = (): void => {
        cancel()
        this.#waits.delete(end)
        resolve()
      }
      const cancel = this.deps.clock.setTimer(ms, end)
      this.#waits.add(end)
    })
  }

  #warn(error: unknown): undefined {
    this.deps.log.warn({ err: error }, 'a new name could not be put into the rooms of its user')
  }
}

/**
 * With those who left, whose names the room's name keeps. Read before the room's lock: the room's name is replaced only
 * if it is still made of these names.
 */
async function othersIn(reader: Reader, roomId: RoomId, userId: UserId): Promise<readonly UserId[]> {
  const members = await reader.members(roomId, { afterRev: 0, limit: LIMITS.dmMembers })
  return members.flatMap((member) => (member.userId === userId ? [] : [member.userId]))
}
