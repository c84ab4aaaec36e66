import { type EphemeralStore, MemoryEphemeral } from '@roomful/server/engine'
import type { BusNetwork } from './bus'
import type { WorldContext } from './context'
import { faultyCalls } from './faulty-calls'
import type { Random } from './random'
import { Truth } from './truth'

/**
 * The ephemeral rooms of several nodes: the real memory store in the role of the Redis that joins them, which is down
 * while the bus is cut. It holds nothing of a node, and stays when nodes die. It checks the promises about the numbers
 * of its commits as they happen (I1, I2, I4, I12).
 */
export class PassingRooms {
  readonly #random: Random
  #store: EphemeralStore
  #truth: Truth

  constructor(
    private readonly context: WorldContext,
    private readonly bus: BusNetwork,
  ) {
    this.#random = context.random.split('ephemeral')
    this.#store = this.#open()
    this.#truth = this.#newTruth()
  }

  /** The database was restored: rooms of the old history are not found any more. */
  begin(): void {
    this.#store = this.#open()
    this.#truth = this.#newTruth()
  }

  /** As one node sees it. */
  connection(isUp: () => boolean): EphemeralStore {
    const store = this.#store
    const truth = this.#truth
    const isAway = (): boolean => this.bus.isCut || store !== this.#store
    const { read, write, check } = faultyCalls(this.context, this.#random, { isAway, isUp })
    const { epoch } = truth.present
    return {
      commit: (roomId, need, decide) =>
        write(async () => {
          const plan = await store.commit(roomId, need, decide)
          truth.commit(epoch, roomId, plan.head, plan.changes)
          return plan
        }, true),
      read: (reads) => read(() => store.read(reads)),
      createRoom: (input) =>
        write(async () => {
          const made = await store.createRoom(input)
          if (made.created) truth.createRoom(epoch, made.room, input.members)
          return made
        }),
      markRead: (roomId, userId, seq) =>
        write(async () => {
          const marked = await store.markRead(roomId, userId, seq)
          if (marked) truth.markRead(epoch, roomId, userId, marked.seq)
          return marked
        }),
      putReport: (report) => write(() => store.putReport(report)),
      touch: async (roomIds) => {
        check()
        await store.touch(roomIds)
      },
      sweep: async () => {
        check()
        return store.sweep()
      },
      close: async () => {},
    }
  }

  #open(): EphemeralStore {
    return new MemoryEphemeral({ now: () => this.context.time.now })
  }

  #newTruth(): Truth {
    return new Truth((text) => this.context.violations.push(text))
  }
}
