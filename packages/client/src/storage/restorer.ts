import type { User } from '@roomful/protocol'
import type { ChatStore } from '../engine/chat-store'
import { applyEpoch } from '../engine/listing'
import type { OutboxSequence } from '../engine/outbox-sequence'
import { attempt, type Report } from '../engine/report'
import { allEntries } from '../model/outbox/entry-list'
import type { Clock } from '../platform/clock'
import type { LocalSnapshot, StoredEntry, StoredRoom } from './local-copy'
import { LocalStoreError } from './port'
import { fromStored } from './restored-entries'
import type { Writer } from './writer'

/** Of a sign-out's wipe: what is left of a user on this device is worth insisting. */
const WIPE_TRIES = 3

type Restorer = {
  /** Shows what the last run left, before the connection is up. */
  start(): void
  /** Resolves when what the last run left is read, or cannot be read. */
  loaded(): Promise<void>
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

/** Opens the local store and fills the rooms from it. Trouble with it never delays the connection for longer than its time limit. */
export function createRestorer(
  store: ChatStore,
  writer: Writer,
  url: string,
  clock: Clock,
  sequence: OutboxSequence,
  report: Report,
): Restorer {
  /** Whose space is open; null: none is yet. */
  let openFor: string | null = null
  let opening: Promise<void> | undefined
  const restored = new Set<string>()
  let isWiped = false
  /** The disk has been read: what is new on it since was left by a tab that has gone meanwhile. */
  let hasRead = false

  const open = async (userId: string | null): Promise<void> => {
    const snapshot = await writer.open({ url, userId })
    attempt(() => takeIn(snapshot, userId), unreadable)
  }

  /** The rest continues: what cannot be read in stays on the disk, and the server has the rows. */
  function unreadable(error: unknown): void {
    report(error, { source: 'storage' })
    const reason = 'A part of the local copy could not be taken in'
    store.local(() => store.dispatchChat({ type: 'storage', storage: { status: 'degraded', reason } }))
  }

  /** `userId`: null while the user is not known; then it is the user who was here last. */
  function takeIn(snapshot: LocalSnapshot, userId: string | null): void {
    openFor = snapshot.meta?.user.id ?? userId
    // Signed out meanwhile: nothing of the user comes on the screen again.
    if (isWiped) return
    fill(snapshot)
    if (snapshot.meta && userId === null) writer.begin(snapshot.meta)
  }

  function fill({ meta, rooms, entries }: LocalSnapshot): void {
    store.local(() => {
      if (meta) {
        store.dispatchChat({ type: 'identified', user: meta.user })
        store.dispatchChat({ type: 'epoch', epoch: meta.epoch })
        const { id: me, name } = meta.user
        for (const { model } of store.all()) store.dispatch(model.id, { type: 'identified', me, name })
      }
      const kept = new Map(rooms.map((room) => [room.roomId, room]))
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
    for (const entry of own) restored.add(entry.id)
    if (room?.item) store.dispatch(id, { type: 'listed', item: room.item, asOf: 0, now: room.usedAt })
    store.dispatch(id, { type: 'restored', room, entries: hasRead ? [] : own, after })
    if (hasRead) store.dispatch(id, { type: 'entries-adopted', entries: own })
    // Including those of this run that were moved behind them.
    for (const { order } of allEntries(store.room(id).model.outbox.entries)) sequence.atLeast(order)
  }

  const pause = (): void => {
    writer.pause()
    restored.clear()
    hasRead = false
  }

  const forget = (keep: (id: string) => boolean): void => {
    store.local(() => {
      for (const { model } of store.all()) store.dispatch(model.id, { type: 'wiped', keep })
    })
    pause()
  }

  const restoreFor = async (user: User, epoch: string): Promise<void> => {
    // One open at a time: a second would end the first as if the disk had answered, and nothing would report that.
    for (let last: unknown; last !== opening; await last) last = opening
    if (openFor !== user.id) {
      // Another user was here last: nothing of theirs is shown, sent or kept under this name.
      forget((id) => !restored.has(id))
      opening = open(user.id)
      await opening
    }
    // First, so that nothing of the old history is written under the new one's name.
    store.local(() => applyEpoch(store, epoch))
    if (openFor === user.id) writer.begin({ user, epoch })
    else writer.giveUp()
  }

  return {
    start: () => {
      opening ??= open(null)
    },
    loaded: async () => opening,
    onUser: restoreFor,
    onReopened: (snapshot) => {
      const { meta } = snapshot
      // Entries may be on a disk on which no tab could write whose it is: the space is the user's all the same.
      const userId = meta?.user.id ?? openFor
      if (userId === null || (openFor !== null && openFor !== userId)) return
      // What the server has sent since is newer than the disk; only unsent entries are new (I14).
      const { epoch } = store.chat()
      if (epoch === null) return attempt(() => takeIn(snapshot, openFor), unreadable)
      // What has been sent meanwhile is not put behind it any more.
      hasRead = true
      if (meta?.epoch !== epoch) writer.drop(snapshot.rooms.map((room) => room.roomId))
      attempt(() => fill({ ...snapshot, meta: null, rooms: [] }), unreadable)
    },
    wipe: async () => {
      pause()
      // What is still being read is theirs too.
      isWiped = true
      await opening
      pause()
      const nobody = openFor === null
      openFor = null
      // A handle that has died is another one at the next try; what stays after that is reported, and never thrown.
      let trouble: unknown
      for (let tries = 0; tries < WIPE_TRIES; tries++) {
        try {
          await writer.wipe()
          return true
        } catch (error) {
          // No user was here, and there is no copy to delete.
          if (nobody && error instanceof LocalStoreError && error.reason === 'unavailable') return true
          trouble = error
        }
      }
      const reason = trouble instanceof Error ? trouble.message : String(trouble)
      store.local(() => store.dispatchChat({ type: 'storage', storage: { status: 'degraded', reason } }))
      return false
    },
    close: async () => {
      // Only what is open can be written to.
      await opening
      await writer.close()
    },
  }
}
