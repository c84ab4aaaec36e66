import type { RoomId } from '@roomful/protocol'
import { type Clock, every } from '../ports/clock'
import type { Log } from '../ports/log'
import { Turns } from '../stores/sqlite/turns'
import { type EphemeralStore, SWEEP_ROOMS } from './ephemeral-store'
import { isEphemeralId } from './room-id'

/** Often enough that a room with connected members is never idle, even if some rounds fail. */
const TURN_MS = 60_000

export type RoomsInUseParts = {
  readonly store: Pick<EphemeralStore, 'touch' | 'sweep'>
  readonly clock: Clock
  readonly log: Log
  /** Rooms with a member connected to this node. */
  readonly inhabited: () => Iterable<RoomId>
  /** Yields to other work during the walk over them. */
  readonly turns?: Turns
}

/** Once a minute: marks the ephemeral rooms in use here, and removes those that are in use nowhere. */
export class RoomsInUse {
  readonly #stop: () => void
  #isBusy = false
  #stopped = false

  constructor(private readonly parts: RoomsInUseParts) {
    this.#stop = every(parts.clock, TURN_MS, () => void this.#turn())
  }

  stop(): void {
    this.#stopped = true
    this.#stop()
  }

  async #turn(): Promise<void> {
    if (this.#isBusy) return
    this.#isBusy = true
    const { store, log, inhabited, turns = new Turns() } = this.parts
    try {
      const used: RoomId[] = []
      for (const id of inhabited()) {
        if (isEphemeralId(id)) used.push(id)
        await turns.pause()
      }
      await store.touch(used)
      while (!this.#stopped && (await store.sweep()) >= SWEEP_ROOMS) {}
    } catch (error) {
      log.warn({ err: error }, 'ephemeral rooms could not be looked after')
    } finally {
      this.#isBusy = false
    }
  }
}
