import type { RoomId, UserId } from '@roomful/protocol'
import type { Rates } from '../handlers/rates'
import type { Clock } from '../ports/clock'
import { type Broadcaster, roomChannel } from './device'
import type { Subscriptions } from './subscriptions'

/** Reads of one room within this time share a frame: a busy room has many readers. */
const RECEIPTS_COALESCED_MS = 300
/** Readers in one frame of protocol 2. */
const READERS_A_FRAME = 500
/** Frames of protocol 1, which has one a reader, that leave at once: some 20 ms of work. */
const FRAMES_AT_ONCE = 2_000
/** Entries of a frame that take as long to be written as a frame. */
const ENTRIES_A_UNIT = 20

type Read = { readonly seq: number; readonly connectionId: string }

/** Sends read cursors to a room's subscribers: the latest of each reader, as often as the room's frame budget allows. */
export class Receipts {
  readonly #waiting = new Map<RoomId, Map<UserId, Read>>()
  #cancel: (() => void) | undefined

  constructor(
    private readonly clock: Clock,
    private readonly broadcaster: Broadcaster,
    private readonly subscriptions: Subscriptions,
    /** What may be sent to a room that can also wait. */
    private readonly frames: Rates<RoomId>,
  ) {}

  /** `connectionId`: of the device that read, which needs no receipt. */
  note(roomId: RoomId, userId: UserId, seq: number, connectionId: string): void {
    if (!this.#isOpen(roomId)) return
    const reads = this.#waiting.get(roomId) ?? new Map<UserId, Read>()
    const before = reads.get(userId)
    if (!before || seq > before.seq) reads.set(userId, { seq, connectionId })
    this.#waiting.set(roomId, reads)
    this.#arm()
  }

  stop(): void {
    this.#cancel?.()
    this.#waiting.clear()
  }

  #arm(): void {
    this.#cancel ??= this.clock.setTimer(RECEIPTS_COALESCED_MS, () => this.#flush())
  }

  #flush(): void {
    this.#cancel = undefined
    for (const [roomId, reads] of this.#waiting) {
      if (this.#isOpen(roomId)) this.#send(roomId, reads)
      else reads.clear()
      if (reads.size === 0) this.#waiting.delete(roomId)
    }
    if (this.#waiting.size > 0) this.#arm()
  }

  /** Reads that do not fit wait for the next flush, which sends the newest of each reader. */
  #send(roomId: RoomId, reads: Map<UserId, Read>): void {
    const budget = this.frames.of(roomId)
    if (budget.isSpent) return
    const [older, newer] = [this.subscriptions.size(roomId, 1), this.subscriptions.size(roomId, 2)]
    const most = Math.min(READERS_A_FRAME, Math.ceil(FRAMES_AT_ONCE / Math.max(1, older)))
    const sent = [...reads].slice(0, most)
    for (const [userId] of sent) reads.delete(userId)
    budget.spend(older * sent.length + newer * (1 + sent.length / ENTRIES_A_UNIT))
    if (newer > 0) {
      const payload = { roomId, reads: Object.fromEntries(sent.map(([userId, { seq }]) => [userId, seq])) }
      this.broadcaster.broadcast(roomChannel(2, roomId), 'read-receipts', payload)
    }
    if (older === 0) return
    for (const [userId, { seq, connectionId }] of sent) {
      const options = { except: connectionId }
      this.broadcaster.broadcast(roomChannel(1, roomId), 'read-receipt', { userId, roomId, seq }, options)
    }
  }

  #isOpen(roomId: RoomId): boolean {
    return this.subscriptions.has(roomId, 1) || this.subscriptions.has(roomId, 2)
  }
}
