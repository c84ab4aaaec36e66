import { asUserId, type ErrorAck, retryOf, WIRE_ERRORS, type WireErrorCode } from '@roomful/protocol'
import {
  type Bus,
  type ChatNode,
  createNode,
  noMeter,
  type RateOptions,
  type ServerOptions,
} from '@roomful/server/engine'
import type { BusNetwork } from './bus'
import { Channels } from './channels'
import type { WorldContext } from './context'
import type { Database } from './database'
import type { Link } from './link'
import type { PassingRooms } from './passing-rooms'
import { ProcessClock } from './process-clock'
import type { Random } from './random'
import { identityOf, type TokenOwner } from './token'

export type NodeOptions = {
  readonly rates: RateOptions
  readonly defaultRooms: readonly string[]
  /** Absent: the world's own tokens. */
  readonly authenticate: ((token: string) => Promise<TokenOwner>) | undefined
  /** The server's defaults where absent. */
  readonly invitations: ServerOptions['invitations']
  /** Something that the server should never report: an INTERNAL, a failed listener. */
  readonly onError: (text: string, error: unknown) => void
}

/** One server process: the real node, on connections, a bus, a database and a clock of this world. It can die. */
export class ServerNode {
  readonly channels = new Channels()
  readonly links = new Set<Link>()
  readonly chatNode: ChatNode
  readonly clock: ProcessClock
  isUp = true
  #ids = 0

  constructor(
    private readonly context: WorldContext,
    readonly id: string,
    private readonly bus: BusNetwork,
    database: Database,
    /** Of several nodes; a single one has its own. */
    passing: PassingRooms | undefined,
    options: NodeOptions,
  ) {
    const random = context.random.split(id)
    this.clock = new ProcessClock(context.time, id)
    const connection: Bus = bus.connect(id, () => this.isUp)
    this.chatNode = createNode({
      nodeId: id,
      store: database.connection(() => this.isUp),
      ...(passing ? { ephemeral: passing.connection(() => this.isUp) } : {}),
      bus: connection,
      broadcaster: this.channels,
      authenticate: async ({ token }) =>
        options.authenticate?.(token) ?? identityOf(token, asUserId, context.time.now),
      clock: this.clock,
      ids: this.#idsOf(random),
      log: {
        debug() {},
        info() {},
        warn() {},
        error: (fields, text) => {
          const error: unknown = 'err' in fields ? fields.err : undefined
          if (this.isUp) options.onError(`${id}: ${text}`, error)
        },
      },
      meter: noMeter,
      rates: options.rates,
      hooks: {},
      stopwatch: () => 0,
      defaultRooms: options.defaultRooms,
      ...(options.invitations === undefined ? {} : { invitations: options.invitations }),
    })
  }

  /** Everything it had in memory is gone; what it requested from the database may still be done. */
  crash(silently = false): void {
    if (!this.isUp) return
    this.context.trace.note(() => `${this.id} dies${silently ? ' silently' : ''}`)
    this.isUp = false
    this.clock.kill()
    this.bus.disconnect(this.id)
    for (const link of [...this.links]) link.nodeDied(silently)
    this.links.clear()
  }

  /** Stops as on SIGTERM: notifies its devices, commits what it has accepted, closes their connections. */
  async stop(): Promise<void> {
    await this.chatNode.drain()
    if (!this.isUp) return
    this.chatNode.stop()
    this.crash()
  }

  refusal(refusal: { code: WireErrorCode; retryAfterMs?: number; limit?: number }): ErrorAck {
    const { code } = refusal
    return {
      ...refusal,
      ok: false,
      error: WIRE_ERRORS[code].text,
      retry: retryOf(code),
      requestId: 'handshake',
    }
  }

  #idsOf(random: Random) {
    return {
      uuid: () => `${this.id}-${String(++this.#ids).padStart(6, '0')}`,
      requestId: () => 'request',
      random: () => random.next(),
    }
  }
}
