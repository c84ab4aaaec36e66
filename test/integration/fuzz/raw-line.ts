import { Manager } from 'socket.io-client'

/** The wait for an answer; a live server has either answered or disconnected by then. */
const PATIENCE_MS = 120_000

/** A connection that writes frames as texts, also those that Socket.IO's encoder would not write. */
export class RawLine {
  isClosed = false
  readonly #answers = new Map<number, (answer: unknown) => void>()
  readonly #engine: Manager['engine']
  #onConnected: () => void = () => {}

  private constructor(manager: Manager) {
    this.#engine = manager.engine
    this.#engine.on('data', (frame) => this.#take(String(frame)))
    this.#engine.on('close', () => {
      this.isClosed = true
      for (const answer of this.#answers.values()) answer('closed')
    })
  }

  static async open(url: string, token: string, protocol: number): Promise<RawLine> {
    const manager = new Manager(url, { transports: ['websocket'], reconnection: false, autoConnect: false })
    await new Promise<void>((resolve, reject) => manager.open((error) => (error ? reject(error) : resolve())))
    const line = new RawLine(manager)
    await new Promise<void>((resolve) => {
      line.#onConnected = resolve
      line.send(`0${JSON.stringify({ token, protocol })}`)
    })
    return line
  }

  send(frame: string | Uint8Array): void {
    this.#engine.write(frame)
  }

  /** Sends one event, and resolves with its ack, or with `closed`. */
  ask(id: number, json: string): Promise<unknown> {
    if (this.isClosed) return Promise.resolve('closed')
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no answer to ${json.slice(0, 500)}`)), PATIENCE_MS)
      this.#answers.set(id, (answer) => {
        clearTimeout(timer)
        this.#answers.delete(id)
        resolve(answer)
      })
      this.send(`2${id}${json}`)
    })
  }

  close(): void {
    this.#engine.close()
  }

  #take(frame: string): void {
    if (frame.startsWith('0')) this.#onConnected()
    const ack = /^3(\d+)(\[.*\])$/s.exec(frame)
    if (ack) this.#answers.get(Number(ack[1]))?.(JSON.parse(ack[2] ?? '[]')[0])
  }
}
