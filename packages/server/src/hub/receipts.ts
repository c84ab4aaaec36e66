import type { RoomId, UserId } from '@roomful/protocol'
import type { Clock } from '../ports/clock'
import { type Broadcaster, roomChannel } from './peer'
import type { Subscriptions } from './subscriptions'

/** Reads of one room within this time are told in one frame: a busy room has many readers. */
const RECEIPTS_COALESCED_MS = 300

/** Tells a room's subscribers who has read up to where. */
export class Receipts {
  readonly #waiting = new Map<RoomId, Map<UserId, number>>()
  #cancel: (() => void) | undefined

  constructor(
    private readonly clock: Clock,
    private readonly broadcaster: Broadcaster,
    private readonly subscriptions: Subscriptions,
  ) {}

  note(roomId: RoomId, userId: UserId, seq: number, lineId: string): void {
    if (this.subscriptions.has(roomId, 1)) {
      const payload = { userId, roomId, seq }
      this.broadcaster.broadcast(roomChannel(1, roomId), 'read-receipt', payload, { except: lineId })
    }
    if (!this.subscriptions.has(roomId, 2)) return
    const reads = this.#waiting.get(roomId) ?? new Map<UserId, number>()
    this.#waiting.set(roomId, reads.set(userId, Math.max(seq, reads.get(userId) ?? 0)))
    this.#cancel ??= this.clock.setTimer(RECEIPTS_COALESCED_MS, () => this.#flush())
  }

  stop(): void {
    this.#cancel?.()
    this.#waiting.clear()
  }

  #flush(): void {
    this.#cancel = undefined
    for (const [roomId, reads] of this.#waiting) {
      if (!this.subscriptions.has(roomId, 2)) continue
      const payload = { roomId, reads: Object.fromEntries(reads) }
      this.broadcaster.broadcast(roomChannel(2, roomId), 'read-receipts', payload)
    }
    this.#waiting.clear()
  }
}
