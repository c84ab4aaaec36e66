import { type RoomId, TYPING_TTL_MS } from '@roomful/protocol'
import type { Bus } from '../cluster/bus'
import { profileOf } from '../core/profile'
import type { Device } from '../hub/device'
import type { Hub } from '../hub/hub'
import type { Clock } from '../ports/clock'
import type { Services } from './handler'

/** At most one signal per user and room in this time, over all of their devices. */
const LEAST_MS = 1_000
/** An earlier renewal is redundant: receivers keep a signal for longer than this. */
const RENEWED_MS = 2_000
/** Pairs of user and room at a time; beyond it, signals are dropped. */
const MOST = 20_000

type LastSignal = {
  typing: boolean
  at: number
  /** The latest signal since, and its device. */
  next: { readonly device: Device; readonly typing: boolean } | undefined
}

export type TypingDeps = {
  readonly bus: Bus
  readonly clock: Clock
  readonly hub: Pick<Hub, 'audience'>
  readonly budgets: Services['budgets']
}

/** Limits typing signals to a human pace: a device may send a hundred a second. */
export class TypingSignals {
  readonly #lastSignals = new Map<string, LastSignal & { readonly roomId: RoomId }>()
  #cancel: (() => void) | undefined

  constructor(private readonly deps: TypingDeps) {}

  note(device: Device, roomId: RoomId, typing: boolean): void {
    const key = `${device.userId} ${roomId}`
    const last = this.#lastSignals.get(key)
    if (!last) {
      if (this.#lastSignals.size >= MOST) return
      this.#lastSignals.set(key, { roomId, typing, at: this.deps.clock.now(), next: undefined })
      this.#arm()
      this.#publish(device, roomId, typing)
      return
    }
    const age = this.deps.clock.now() - last.at
    const isNew = typing !== last.typing || (typing && age >= RENEWED_MS)
    last.next = isNew ? { device, typing } : undefined
    if (age >= LEAST_MS) this.#publishNext(last)
  }

  stop(): void {
    this.#cancel?.()
    this.#lastSignals.clear()
  }

  #publishNext(last: LastSignal & { readonly roomId: RoomId }): void {
    const { next, roomId } = last
    if (!next) return
    last.next = undefined
    last.typing = next.typing
    last.at = this.deps.clock.now()
    this.#publish(next.device, roomId, next.typing)
  }

  #arm(): void {
    this.#cancel ??= this.deps.clock.setTimer(LEAST_MS, () => this.#turn())
  }

  #turn(): void {
    this.#cancel = undefined
    for (const [key, last] of this.#lastSignals) {
      // A device that has left the room meanwhile sends nothing to it.
      if (last.next && !last.next.device.rooms.has(last.roomId)) last.next = undefined
      const age = this.deps.clock.now() - last.at
      if (last.next && age >= LEAST_MS) this.#publishNext(last)
      else if (age >= TYPING_TTL_MS) this.#lastSignals.delete(key)
    }
    if (this.#lastSignals.size > 0) this.#arm()
  }

  #publish({ id: lineId, identity }: Device, roomId: RoomId, typing: boolean): void {
    const { bus, clock, hub, budgets } = this.deps
    const until = new Date(clock.now() + (typing ? TYPING_TTL_MS : 0)).toISOString()
    const signal = { roomId, userId: identity.id, ...profileOf(identity), until }
    budgets.of(identity.id).spend(hub.audience(roomId))
    bus.publish({ type: 'typing', signal, lineId })
  }
}
