import type { User } from '@roomful/protocol'
import type { ChatStore } from '../engine/chat-store'
import { applyEpoch } from '../engine/listing'
import { areOfTwoUsers, loginOf } from '../engine/login'
import type { OutboxSequence } from '../engine/outbox-sequence'
import { attempt, type Report } from '../engine/report'
import { allEntries } from '../model/outbox/entry-list'
import type { Clock } from '../platform/clock'
import type { LocalSnapshot, StoredEntry, StoredRoom } from './local-copy'
import { LocalStoreError } from './port'
import { fromStored } from './restored-entries'
import { withTimeout } from './with-timeout'
import type { Writer } from './writer'

/** The token says whose copy to show. One that takes longer is not waited for. */
const LOGIN_WAIT_MS = 2_000
/** Of a sign-out's wipe: what is left of a user on this device is worth insisting. */
const WIPE_TRIES = 3

/** Of a room whose rows the server has sent since: they count for nothing, and its draft is on the disk alone. */
const NO_ROWS = { item: null, cursor: -1 }

type Restorer = {
  /** Shows what the last run left, before the connection is up. */
  start(): void
  /** Resolves when what the last run left is read, or cannot be read. */
  loaded(): Promise<void>
  /** The token with which the next connection is made. */
  onToken(token: string): void
  /** The server has named the user: resolves when what they left is in place. */
  onUser(user: User, epoch: string): Promise<void>
  /** The store was opened behind, after all: what an earlier run left unsent is sent too. */
  onReopened(snapshot: LocalSnapshot): void
  /**
   * Signed out, and off the screen already: nothing of the user stays on the disk, nor is read from it. False: the disk
   * may still have it, and `storage` reports that.
   */
  wipe(): Promise<boolean>
  close(): Promise<void>
}

type RestorerOptions = {
  readonly store: ChatStore
  readonly writer: Writer
  readonly url: string
  /** Whose chat it is, if the app has said so. */
  readonly userId: string | undefined
  /** The app's token; '' where the browser sends a cookie. */
  token(): Promise<string>
  readonly clock: Clock
  readonly storeClock: Clock
  readonly sequence: OutboxSequence
  readonly report: Report
}

/**
 * Opens the local store and fills the rooms from it. Trouble with it never delays the connection for longer than its time
 * limit. Nothing of one user is shown to another, or sent as theirs: what is opened is the copy of the user whom the
 * token names. Only without a token it is that of the only user of the device, which is put right as soon as one comes.
 */
export function createRestorer(options: RestorerOptions): Restorer {
  const { store, writer, url, clock, storeClock, sequence, report } = options
  /** Whose space is open; null: none is yet. */
  let openFor: string | null = null
  let opening: Promise<void> | undefined
  /** Whose token was used last (see `loginOf`). */
  let login: string | null = null
  /** The login that the device remembers as the user's. */
  let remembered: string | null = null
  /** It was opened without knowing whose token it will be. */
  let isGuess = false
  /** The user whom the server has named last. */
  let confirmed: string | null = null
  let isWiped = false
  /** The disk has been read: what is new on it since was left by a tab that has gone meanwhile. */
  let hasRead = false

  const begin = async (): Promise<void> => {
    writer.prepare()
    const { userId = null } = options
    if (userId === null) {
      // Nobody sees the error.
      const token = await withTimeout(storeClock, LOGIN_WAIT_MS, options.token(), '').catch(() => '')
      login ??= loginOf(token)
      isGuess = login === null
    }
    await open(userId)
  }

  const open = async (userId: string | null): Promise<void> => {
    const by = login
    const snapshot = await writer.open({ url, userId, login })
    attempt(() => takeIn(snapshot, userId), unreadable)
    if (openFor !== null) remembered = by
  }

  /** The rest continues: what cannot be read in stays on the disk, and the server has the rows. */
  function unreadable(error: unknown): void {
    report(error, { source: 'storage' })
    degraded('A part of the local copy could not be taken in')
  }

  const degraded = (reason: string): void =>
    store.local(() => store.dispatchChat({ type: 'storage', storage: { status: 'degraded', reason } }))

  /** `userId`: null while it is only known by the login. */
  function takeIn(snapshot: LocalSnapshot, userId: string | null): void {
    openFor = snapshot.meta?.user.id ?? userId
    // Signed out meanwhile: nothing of the user comes on the screen again.
    if (isWiped) return
    fill(snapshot)
    if (snapshot.meta && confirmed === null) writer.begin(snapshot.meta)
  }

  function fill({ meta, rooms, entries }: LocalSnapshot): void {
    store.local(() => {
      if (meta) {
        store.dispatchChat({ type: 'identified', user: meta.user })
        store.dispatchChat({ type: 'epoch', epoch: meta.epoch })
        const { id: me, name } = meta.user
        for (const { model } of store.all()) store.dispatch(model.id, { type: 'identified', me, name })
      }
      const kept = new Map(
        rooms.map((room) => [room.roomId, writer.typed.has(room.roomId) ? { ...room, draft: '' } : room]),
      )
      // Entries made before the disk was read are placed behind everything on it, also that of other tabs (I9).
      const after = hasRead ? 0 : Math.max(sequence.floor(), entries.at(-1)?.order ?? 0)
      const done = [...store.all()].flatMap(({ model }) =>
        hasRead || model.outbox.entries.size === 0 ? [] : model.id,
      )
      const ids = new Set([...kept.keys(), ...entries.map((entry) => entry.roomId), ...done])
      // One that is damaged is no reason to lose the others.
      for (const id of ids) attempt(() => fillRoom(id, kept.get(id) ?? null, entries, after), unreadable)
    })
    // Where it did not open, there may be older entries on it yet (I9).
    hasRead = writer.wasOpen()
  }

  function fillRoom(
    id: string,
    room: StoredRoom | null,
    entries: readonly StoredEntry[],
    after: number,
  ): void {
    const own = entries
      .filter((entry) => entry.roomId === id)
      .flatMap((entry) => fromStored(entry, clock.now()) ?? [])
    if (room?.item) store.dispatch(id, { type: 'listed', item: room.item, asOf: 0, now: room.usedAt })
    store.dispatch(id, { type: 'restored', room, entries: hasRead ? [] : own, after })
    if (hasRead) store.dispatch(id, { type: 'entries-adopted', entries: own })
    // Including those of this run that were moved behind them.
    for (const { order } of allEntries(store.room(id).model.outbox.entries)) sequence.atLeast(order)
  }

  const pause = (): void => {
    writer.pause()
    hasRead = false
  }

  const forget = (keep: (id: string) => boolean): void => {
    store.local(() => {
      for (const { model } of store.all()) store.dispatch(model.id, { type: 'wiped', keep })
    })
    pause()
  }

  /**
   * Another user was taken for the one who is here: nothing of theirs is shown, sent or kept under this name. What was done
   * since belongs to the user who is here, unless the server had named the other one.
   */
  async function leave(): Promise<void> {
    // A draft only where no one was shown: it may go on from what was.
    const isOwn = (id: string) => openFor === null || (id !== '' && !writer.fromDisk.has(id))
    forget((id) => confirmed === null && isOwn(id))
    const own = [...store.all()].flatMap(({ model }) => allEntries(model.outbox.entries).map(({ id }) => id))
    const wasOpen = openFor !== null
    openFor = null
    confirmed = null
    if (wasOpen) await writer.withdraw(own)
  }

  /** A token came that may be another user's than the one who is shown. */
  async function checkLogin(isOther: boolean): Promise<void> {
    const userId = await writer.userOf({ url, userId: null, login })
    if (isWiped) return
    if (!isOther && userId !== undefined && userId === openFor) isGuess = false
    else {
      await leave()
      isGuess = false
      await open(null)
    }
  }

  const restoreFor = async (user: User, epoch: string): Promise<void> => {
    // One open at a time: a second would end the first as if the disk had answered, and nothing would report that.
    for (let last: unknown; last !== opening; await last) last = opening
    isGuess = false
    if (openFor !== user.id) {
      await leave()
      confirmed = user.id
      opening = open(user.id)
      await opening
    } else if (login !== remembered) {
      remembered = login
      // Not waited for here, but by the end: nothing of it runs after a close (I23).
      const naming = writer.userOf({ url, userId: user.id, login })
      opening = Promise.all([opening, naming]).then(() => {})
    }
    confirmed = user.id
    // First, so that nothing of the old history is written under the new one's name.
    store.local(() => applyEpoch(store, epoch))
    if (openFor === user.id) writer.begin({ user, epoch })
    else writer.giveUp()
  }

  return {
    start: () => {
      opening ??= begin()
    },
    loaded: async () => opening,
    onToken: (token) => {
      const [before, next] = [login, loginOf(token)]
      if (next === null) return
      login = next
      const isOther = before !== null && areOfTwoUsers(before, next)
      if (opening === undefined || options.userId !== undefined || !(isGuess || isOther)) return
      const opened = opening
      opening = opened.then(() => checkLogin(isOther))
    },
    onUser: restoreFor,
    onReopened: (snapshot) => {
      const { meta } = snapshot
      // Entries may be on a disk on which no tab could write whose it is: the space is the user's all the same.
      const userId = meta?.user.id ?? openFor
      if (userId === null || (openFor !== null && openFor !== userId)) return
      // What the server has sent since is newer than the disk; only unsent entries and drafts are new (I14).
      const { epoch } = store.chat()
      if (epoch === null) return attempt(() => takeIn(snapshot, openFor), unreadable)
      if (meta?.epoch !== epoch) writer.drop(snapshot.rooms.map((room) => room.roomId))
      const rooms = snapshot.rooms.map((room) => ({ ...room, ...NO_ROWS }))
      attempt(() => fill({ ...snapshot, meta: null, rooms }), unreadable)
    },
    wipe: async () => {
      pause()
      // What is still being read is theirs too.
      isWiped = true
      await opening
      pause()
      // A handle that has died is another one at the next try; what stays after that is reported, and never thrown.
      let trouble: unknown
      for (let tries = 0; tries < WIPE_TRIES; tries++) {
        try {
          await writer.wipe()
          openFor = null
          return true
        } catch (error) {
          // No user was here, and there is no copy to delete.
          if (openFor === null && error instanceof LocalStoreError && error.reason === 'unavailable')
            return true
          trouble = error
        }
      }
      degraded(trouble instanceof Error ? trouble.message : String(trouble))
      return false
    },
    close: async () => {
      // Only what is open can be written to. The name of its user may be read as soon as it is open: in the same moment,
      // so this is no function of its own, which would resolve a moment later (I23).
      for (let last: unknown; last !== opening; await last) last = opening
      await writer.close()
    },
  }
}
