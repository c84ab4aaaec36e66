import { type RoomId, TYPING_TTL_MS } from '@roomful/protocol'
import type { Bus } from '../cluster/bus'
import type { Device } from '../hub/device'
import type { Hub } from '../hub/hub'
import type { Clock } from '../ports/clock'
import type { Services } from './handler'

/** Of one user and room there is at most one signal in this time, from whatever devices. */
const LEAST_MS = 1_000
/** A renewal that comes sooner says nothing new: the receivers keep a signal for longer. */
const RENEWED_MS = 2_000
/** Users and rooms at a time; beyond, signals are dropped. */
const MOST = 20_000

type Said = {
  typing: boolean
  at: number
  /** What was said since, by which device. */
  next: { readonly device: Device; readonly typing: boolean } | undefined
}

export type TypingDeps = {
  readonly bus: Bus
  readonly clock: Clock
  readonly hub: Pick<Hub, 'audience'>
  readonly budgets: Services['budgets']
}

/** Who types where, told at the pace of people: a device may say it a hundred times a second. */
export class TypingSignals {
  readonly #said = new Map<string, Said & { readonly roomId: RoomId }>()
  #cancel: (() => void) | undefined

  constructor(private readonly deps: TypingDeps) {}

  say(device: Device, roomId: RoomId, typing: boolean): void {
    const key = `${device.userId} ${roomId}`
    const said = this.#said.get(key)
    if (!said) {
      if (this.#said.size >= MOST) return
      this.#said.set(key, { roomId, typing, at: this.deps.clock.now(), next: undefined })
      this.#arm()
      this.#publish(device, roomId, typing)
      return
    }
    const age = this.deps.clock.now() - said.at
    const isNews = typing !== said.typing || (typing && age >= RENEWED_MS)
    said.next = isNews ? { device, typing } : undefined
    if (age >= LEAST_MS) this.#sayNext(said)
  }

  stop(): void {
    this.#cancel?.()
    this.#said.clear()
  }

  #sayNext(said: Said & { readonly roomId: RoomId }): void {
    const { next, roomId } = said
    if (!next) return
    said.next = undefined
    said.typing = next.typing
    said.at = this.deps.clock.now()
    this.#publish(next.device, roomId, next.typing)
  }

  #arm(): void {
    this.#cancel ??= this.deps.clock.setTimer(LEAST_MS, () => this.#turn())
  }

  #turn(): void {
    this.#cancel = undefined
    for (const [key, said] of this.#said) {
      // A device that has left the room meanwhile says nothing in it.
      if (said.next && !said.next.device.rooms.has(said.roomId)) said.next = undefined
      const age = this.deps.clock.now() - said.at
      if (said.next && age >= LEAST_MS) this.#sayNext(said)
      else if (age >= TYPING_TTL_MS) this.#said.delete(key)
    }
    if (this.#said.size > 0) this.#arm()
  }

  #publish({ id: lineId, identity }: Device, roomId: RoomId, typing: boolean): void {
    const { bus, clock, hub, budgets } = this.deps
    const until = new Date(clock.now() + (typing ? TYPING_TTL_MS : 0)).toISOString()
    const signal = { roomId, userId: identity.id, name: identity.name, until }
    budgets.of(identity.id).spend(hub.audience(roomId))
    bus.publish({ type: 'typing', signal, lineId })
  }
}
