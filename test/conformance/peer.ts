import { io, type Socket } from 'socket.io-client'
import type { Protocol } from './case'
import { mismatch, type Pattern } from './match'

/** Long enough for a server that is far away or busy; it ends a run that hangs. */
const TIMEOUT_MS = 60_000

type Frame = { readonly event: string; readonly payload: unknown }

/** A bare Socket.IO client without the SDK, so that the suite tests the wire and not the SDK's idea of it. */
export class Peer {
  readonly #frames: Frame[] = []
  readonly #waiting = new Set<() => void>()

  private constructor(readonly socket: Socket) {
    socket.onAny((event: string, payload: unknown) => {
      this.#frames.push({ event, payload })
      for (const wake of this.#waiting) wake()
    })
  }

  static async connect(url: string, token: string, protocol: Protocol): Promise<Peer> {
    const socket = io(url, {
      auth: protocol === 2 ? { token, protocol } : { token },
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
      autoConnect: false,
    })
    const peer = new Peer(socket)
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve)
      socket.once('connect_error', reject)
      socket.connect()
    })
    if (protocol === 2) await peer.see('ready', {})
    return peer
  }

  async ask(event: string, payload: unknown): Promise<unknown> {
    try {
      return await this.socket.timeout(TIMEOUT_MS).emitWithAck(event, payload)
    } catch {
      throw new Error(`no answer to ${event} within ${TIMEOUT_MS} ms`)
    }
  }

  /** Without a payload nothing is sent in its place either: `undefined` would be sent as `null`. */
  tell(event: string, payload: unknown): void {
    if (payload === undefined) this.socket.emit(event)
    else this.socket.emit(event, payload)
  }

  /** Takes the first frame that matches, past or future. */
  async see(event: string, pattern: Pattern): Promise<unknown> {
    const take = (): Frame | undefined => {
      const at = this.#frames.findIndex((frame) => frame.event === event && fits(frame, pattern))
      return at === -1 ? undefined : this.#frames.splice(at, 1)[0]
    }
    const found = take() ?? (await this.#next(take))
    if (found) return found.payload
    const near = this.#frames.filter((frame) => frame.event === event)
    const why = near.map((frame) => mismatch(frame.payload, pattern)).at(-1)
    throw new Error(`no ${event} that fits within ${TIMEOUT_MS} ms${why ? `; the last one: ${why}` : ''}`)
  }

  /** A frame that matches and has arrived, if any. */
  has(event: string, pattern: Pattern): boolean {
    return this.#frames.some((frame) => frame.event === event && fits(frame, pattern))
  }

  close(): void {
    this.socket.disconnect()
  }

  #next(take: () => Frame | undefined): Promise<Frame | undefined> {
    return new Promise((resolve) => {
      const settle = (frame: Frame | undefined): void => {
        clearTimeout(timer)
        this.#waiting.delete(look)
        resolve(frame)
      }
      const timer = setTimeout(() => settle(undefined), TIMEOUT_MS)
      const look = (): void => {
        const frame = take()
        if (frame) settle(frame)
      }
      this.#waiting.add(look)
    })
  }
}

const fits = (frame: Frame, pattern: Pattern): boolean => mismatch(frame.payload, pattern) === undefined
