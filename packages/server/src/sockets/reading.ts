import type { Socket } from 'socket.io'
import type { Clock } from '../ports/clock'
import { FrameLimitDecoder } from './frame-limit'
import { websocketOf } from './websocket-of'

/** A device that is not read from cannot answer a ping either, for which it has 5 s. */
const UNREAD_MAX_MS = 2_000

/** Why nothing is read: its requests wait for the pace of its user, or its frames wait to be parsed. */
type Reason = 'pace' | 'parsing'

/** Stops and continues to read from a device. What it sends meanwhile waits in its own system. */
export class Reading {
  readonly #reasons = new Set<Reason>()
  #cancel: (() => void) | undefined

  constructor(
    private readonly socket: Socket,
    private readonly clock: Clock,
  ) {
    const decoder: unknown = Reflect.get(socket.client, 'decoder')
    if (!(decoder instanceof FrameLimitDecoder)) throw new Error('Socket.IO has another parser')
    decoder.onWaiting = (isWaiting) => (isWaiting ? this.stop('parsing') : this.go('parsing'))
  }

  stop(reason: Reason): void {
    this.#reasons.add(reason)
    if (this.#cancel) return
    websocketOf(this.socket.conn)?.pause()
    this.#cancel = this.clock.setTimer(UNREAD_MAX_MS, () => this.#resume())
  }

  go(reason: Reason): void {
    if (this.#reasons.delete(reason) && this.#reasons.size === 0) this.#resume()
  }

  #resume(): void {
    this.#cancel?.()
    this.#cancel = undefined
    this.#reasons.clear()
    // One that is closed for abuse stays paused.
    if (this.socket.connected) websocketOf(this.socket.conn)?.resume()
  }
}
