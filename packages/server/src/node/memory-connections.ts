import type { Bye, ServerEvent, ServerPayload } from '@roomful/protocol'
import type { Broadcaster, DeviceConnection } from '../hub/device'

/** What a connection carried, after a trip through JSON. */
export type Carried = { readonly event: string; readonly payload: unknown }

/** Connections within the process: an in-memory server, a test or a simulation uses them in place of sockets. */
export class MemoryConnections implements Broadcaster {
  readonly #channels = new Map<string, Set<MemoryConnection>>()

  /** `onClose` is called once, when either side closes. */
  open(id: string, receive: (carried: Carried) => void, onClose: () => void): MemoryConnection {
    return new MemoryConnection(this.#channels, { id, receive, onClose })
  }

  broadcast<E extends ServerEvent>(
    channel: string,
    event: E,
    payload: ServerPayload<E>,
    { except }: { volatile?: boolean; except?: string } = {},
  ): void {
    for (const connection of [...(this.#channels.get(channel) ?? [])])
      if (connection.id !== except) connection.emit(event, payload)
  }
}

export class MemoryConnection implements DeviceConnection {
  readonly #joined = new Set<string>()
  #open = true

  constructor(
    private readonly channels: Map<string, Set<MemoryConnection>>,
    private readonly ends: { id: string; receive: (carried: Carried) => void; onClose: () => void },
  ) {}

  get id(): string {
    return this.ends.id
  }
  get isOpen(): boolean {
    return this.#open
  }

  emit<E extends ServerEvent>(event: E, payload: ServerPayload<E>): void {
    // The two sides share no reference, as over a wire.
    if (this.#open) this.ends.receive({ event, payload: JSON.parse(JSON.stringify(payload)) })
  }

  join(channel: string): void {
    this.#joined.add(channel)
    const connections = this.channels.get(channel)
    if (connections) connections.add(this)
    else this.channels.set(channel, new Set([this]))
  }

  leave(channel: string): void {
    this.#joined.delete(channel)
    const connections = this.channels.get(channel)
    connections?.delete(this)
    if (connections?.size === 0) this.channels.delete(channel)
  }

  close(bye?: Bye): void {
    if (!this.#open) return
    if (bye) this.emit('bye', bye)
    this.#open = false
    for (const channel of this.#joined) this.leave(channel)
    this.ends.onClose()
  }
}
