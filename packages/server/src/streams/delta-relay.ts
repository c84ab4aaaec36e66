import type { MessageId, RoomId, StreamPiece } from '@roomful/protocol'
import type { Bus } from '../cluster/bus'
import { Rates } from '../handlers/rates'
import type { Clock } from '../ports/clock'

/** Pieces of one room leave together, no more often than this: with the producer's 50 ms a step is shown within 100. */
const GATHER_MS = 40
/** Frames of one room: at most a fifth of this process, however many write. Beyond it steps become larger, not lost. */
const ROOM_FRAMES = { perSecond: 20_000, burst: 20_000 }

type Gathered = { readonly pieces: Map<MessageId, StreamPiece[]>; sentAt: number }

export type DeltaRelayDeps = {
  readonly bus: Pick<Bus, 'publish'>
  readonly clock: Clock
  /** Devices that have the room open. */
  readonly audience: (roomId: RoomId) => number
}

/** Gathers the pieces of growing messages by room, so that a hundred producers cost a reader as many frames as one. */
export class DeltaRelay {
  readonly #rooms = new Map<RoomId, Gathered>()
  readonly #frames: Rates<RoomId>
  #cancel: (() => void) | undefined

  constructor(private readonly deps: DeltaRelayDeps) {
    this.#frames = new Rates<RoomId>(ROOM_FRAMES, deps.clock)
  }

  add(roomId: RoomId, piece: StreamPiece): void {
    const room = this.#rooms.get(roomId) ?? { pieces: new Map(), sentAt: Number.NEGATIVE_INFINITY }
    this.#rooms.set(roomId, room)
    const before = room.pieces.get(piece.messageId)
    room.pieces.set(piece.messageId, before ? joined(before, piece) : [piece])
    if (room.sentAt + GATHER_MS <= this.deps.clock.now()) this.#send(roomId, room)
    this.#cancel ??= this.deps.clock.setTimer(GATHER_MS, () => this.#turn())
  }

  /** It has ended: its row has all of it. */
  drop(roomId: RoomId, messageId: MessageId): void {
    this.#rooms.get(roomId)?.pieces.delete(messageId)
  }

  stop(): void {
    this.#cancel?.()
    this.#rooms.clear()
  }

  #turn(): void {
    this.#cancel = undefined
    for (const [roomId, room] of this.#rooms) {
      if (room.pieces.size === 0) this.#rooms.delete(roomId)
      else this.#send(roomId, room)
    }
    if (this.#rooms.size > 0) this.#cancel = this.deps.clock.setTimer(GATHER_MS, () => this.#turn())
  }

  #send(roomId: RoomId, room: Gathered): void {
    const budget = this.#frames.of(roomId)
    if (budget.isSpent) return
    budget.spend(this.deps.audience(roomId))
    const deltas = [...room.pieces.values()].flat()
    room.pieces.clear()
    room.sentAt = this.deps.clock.now()
    this.deps.bus.publish({ type: 'delta', roomId, deltas })
  }
}

/** One piece where the later continues the earlier. Of a new run, or after a loss, only the latest counts. */
function joined(before: readonly StreamPiece[], piece: StreamPiece): StreamPiece[] {
  const last = before.at(-1)
  if (!last || last.run !== piece.run) return [piece]
  const overlap = last.offset + last.text.length - piece.offset
  if (overlap < 0 || piece.offset < last.offset) return [piece]
  return [...before.slice(0, -1), { ...last, text: last.text + piece.text.slice(overlap) }]
}
