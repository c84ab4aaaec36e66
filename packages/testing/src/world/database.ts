import {
  type Backup,
  createMemoryStore,
  type MemoryStore,
  type Outbox,
  type Store,
} from '@roomful/server/engine'
import type { WorldContext } from './context'
import { type FaultyCalls, faultyCalls } from './faulty-calls'
import type { Random } from './random'
import type { Truth } from './truth'

/**
 * The database that all nodes share: the real memory store, behind a network and crashes. It stays when nodes die, it
 * may be slow or down, and it may be restored from a backup, which starts a new history.
 */
export class Database {
  isDown = false
  #store: MemoryStore
  #restores = 0
  #backup: { rows: Backup; at: number } | undefined
  readonly #random: Random

  constructor(
    private readonly context: WorldContext,
    readonly truth: Truth,
  ) {
    this.#random = context.random.split('database')
    this.#store = this.#open()
  }

  get store(): MemoryStore {
    return this.#store
  }

  takeBackup(): void {
    this.#backup = { rows: this.#store.backup(), at: this.context.time.now }
    this.truth.noteBackup()
  }

  /** To the last backup, or to the beginning of the present history if there is none. */
  restore(): void {
    if (this.#backup === undefined) return
    this.#restores++
    this.#store = this.#open(this.#backup.rows)
    this.truth.restore(this.#store.epoch)
  }

  /** As one node sees it. `isUp`: whether that node still lives; what it requested before it died may still be done. */
  connection(isUp: () => boolean): Store {
    const { context } = this
    const store = this.#store
    const random = this.#random
    const truth = this.truth
    const isAway = (): boolean => this.isDown || store !== this.#store
    const { check, read, write } = faultyCalls(context, random, { isAway, isUp })
    return {
      kind: store.kind,
      epoch: store.epoch,
      outbox: faultyOutbox(store.outbox, { read, write }),
      commit: (roomId, need, decide) =>
        write(async () => {
          const plan = await store.commit(roomId, need, decide)
          truth.commit(store.epoch, roomId, plan.head, plan.changes)
          return plan
        }, true),
      read: (reads) => read(() => store.read(reads)),
      createRoom: (input) =>
        write(async () => {
          const made = await store.createRoom(input)
          if (made.created) truth.createRoom(store.epoch, made.room, input.members)
          return made
        }),
      putUser: (user, _namedAt, events) => write(() => store.putUser(user, undefined, events)),
      markRead: (roomId, userId, seq) =>
        write(async () => {
          const marked = await store.markRead(roomId, userId, seq)
          if (marked) truth.markRead(store.epoch, roomId, userId, marked.seq)
          return marked
        }),
      purge: (roomId, belowSeq) => write(() => store.purge(roomId, belowSeq)),
      deleteRoom: (roomId, by, atMs, events) =>
        write(async () => {
          const isDone = await store.deleteRoom(roomId, by, atMs, events)
          if (isDone) truth.deleteRoom(store.epoch, roomId)
          return isDone
        }),
      purgeDeleted: () => write(() => store.purgeDeleted()),
      forgetOps: (beforeMs) => write(() => store.forgetOps(beforeMs)),
      invite: (invitations) => write(() => store.invite(invitations)),
      answerInvitation: (userId, roomId, answer) =>
        write(() => store.answerInvitation(userId, roomId, answer)),
      withdrawInvitation: (invitation) => write(() => store.withdrawInvitation(invitation)),
      forgetInvitations: (beforeMs) => write(() => store.forgetInvitations(beforeMs)),
      block: (userId, blockedId, at) => write(() => store.block(userId, blockedId, at)),
      unblock: (userId, blockedId) => write(() => store.unblock(userId, blockedId)),
      hide: (roomId, userId, hidden) => write(() => store.hide(roomId, userId, hidden)),
      putReport: (report, events) => write(() => store.putReport(report, events)),
      revokeSession: (sid, untilMs) => write(() => store.revokeSession(sid, untilMs)),
      isSessionRevoked: async (sid) => {
        check()
        return store.isSessionRevoked(sid)
      },
      endSessions: (userId, atMs, untilMs) => write(() => store.endSessions(userId, atMs, untilMs)),
      resumeSessions: (userId, atMs) => write(() => store.resumeSessions(userId, atMs)),
      forgetUser: (userId) => write(() => store.forgetUser(userId)),
      sessionsEnded: async (userIds) => {
        check()
        return store.sessionsEnded(userIds)
      },
      revokedSessions: async (sids) => {
        check()
        return store.revokedSessions(sids)
      },
      ping: async () => check(),
      close: async () => {},
    }
  }

  #open(backup?: Backup): MemoryStore {
    return createMemoryStore({
      epoch: `epoch-${this.#restores}`,
      now: () => this.context.time.now,
      ...(backup ? { backup } : {}),
    })
  }
}

/** The events that wait, as one node sees them. */
function faultyOutbox(outbox: Outbox, { read, write }: Pick<FaultyCalls, 'read' | 'write'>): Outbox {
  return {
    add: (events) => write(() => outbox.add(events)),
    claim: (claim) => write(() => outbox.claim(claim)),
    settle: (settlement) => write(() => outbox.settle(settlement)),
    oldest: (endpoint, query) => read(() => outbox.oldest(endpoint, query)),
    dead: (endpoint, query) => read(() => outbox.dead(endpoint, query)),
    replay: (endpoint, query) => write(() => outbox.replay(endpoint, query)),
    wake: (endpoint, nowMs) => write(() => outbox.wake(endpoint, nowMs)),
    forgetDead: (endpoint, query) => write(() => outbox.forgetDead(endpoint, query)),
    queues: () => read(() => outbox.queues()),
  }
}
