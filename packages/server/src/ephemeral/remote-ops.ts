import type { RoomId } from '@roomful/protocol'
import type { Op, Outcome } from '../core/ops'
import { refuse } from '../core/refusal'
import type { Pipeline } from '../pipeline/port'
import type { Clock } from '../ports/clock'
import type { EphemeralRooms } from './ephemeral-rooms'
import type { LiveNews } from './live-news'

/** No answer of the owner after this: it is away, or the bus is. Whether it was done is unknown; the clientId tells. */
const PATIENCE_MS = 5_000

type Told = { readonly from: string; readonly news: LiveNews }

/**
 * The way into a room, wherever it lives: ops on an ephemeral room of another node go to that node and are decided
 * there, in its queue, as those of its own devices.
 */
export class RemoteOps implements Pipeline {
  readonly #asked = new Map<number, (outcomes: readonly Outcome[]) => void>()
  #lastAsk = 0

  constructor(
    private readonly parts: {
      readonly nodeId: string
      readonly here: Pipeline
      readonly rooms: EphemeralRooms
      readonly tell: (news: LiveNews) => void
      readonly clock: Clock
    },
  ) {}

  async submit(roomId: RoomId, op: Op): Promise<Outcome> {
    const [outcome] = await this.submitAll(roomId, [op])
    return outcome ?? refuse('INTERNAL')
  }

  submitAll(roomId: RoomId, ops: readonly Op[]): Promise<readonly Outcome[]> {
    const owner = this.parts.rooms.ownerElsewhere(roomId)
    return owner === undefined ? this.parts.here.submitAll(roomId, ops) : this.#ask(owner, roomId, ops)
  }

  depth(): number {
    return this.parts.here.depth() + this.#asked.size
  }

  async drained(): Promise<void> {
    await this.parts.here.drained()
  }

  hear({ from, news }: Told): void {
    const { nodeId, here, tell } = this.parts
    if (news.kind === 'outcomes' && news.to === nodeId) this.#asked.get(news.askId)?.(news.outcomes)
    if (news.kind !== 'ops' || news.to !== nodeId) return
    const { askId, roomId, ops } = news
    void here.submitAll(roomId, ops).then((outcomes) => tell({ kind: 'outcomes', to: from, askId, outcomes }))
  }

  #ask(owner: string, roomId: RoomId, ops: readonly Op[]): Promise<readonly Outcome[]> {
    const askId = ++this.#lastAsk
    return new Promise((resolve) => {
      const answer = (outcomes: readonly Outcome[]): void => {
        cancel()
        this.#asked.delete(askId)
        resolve(outcomes)
      }
      const cancel = this.parts.clock.setTimer(PATIENCE_MS, () =>
        answer(ops.map((_, index) => refuse(index === 0 ? 'UNAVAILABLE' : 'NOT_ATTEMPTED'))),
      )
      this.#asked.set(askId, answer)
      this.parts.tell({ kind: 'ops', to: owner, askId, roomId, ops })
    })
  }
}
