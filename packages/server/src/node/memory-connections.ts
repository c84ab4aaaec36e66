import type { Bye, ServerEvent, ServerPayload } from '@roomful/protocol'
import type { Broadcaster, DeviceConnection } from '../hub/device'

/** What a line carried, as JSON brought it over. */
export type Carried = { readonly event: string; readonly payload: unknown }

/** Lines within the process: what a server in memory, a test or a simulation puts in the place of sockets. */
export class MemoryConnections implements Broadcaster {
  readonly #channels = new Map<string, Set<MemoryConnection>>()

  /** `onClose` is called once, by whichever side hangs up. */
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
    // No reference is shared between the two sides, as there would be none over a wire.
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
