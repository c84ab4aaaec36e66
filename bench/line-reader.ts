import { connect, type Socket } from 'node:net'

/** Occurrences of `mark` in a stream of bytes, also those that two chunks share. */
export class MarkCounter {
  readonly #mark: Buffer
  #rest: Buffer = Buffer.alloc(0)

  constructor(mark: string) {
    this.#mark = Buffer.from(mark)
  }

  /** Returns how many ended in this chunk. */
  count(chunk: Buffer): number {
    const data = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    let found = 0
    let from = 0
    for (let at = data.indexOf(this.#mark); at >= 0; at = data.indexOf(this.#mark, from)) {
      found++
      from = at + this.#mark.length
    }
    // Copied: the caller reuses the chunk's memory.
    this.#rest = Buffer.from(data.subarray(Math.max(from, data.length - this.#mark.length + 1)))
    return found
  }
}

/** A TCP connection to a text protocol, with one wait at a time for a text to arrive. */
export class TextConnection {
  #seen = ''
  #awaited: { text: string; resolve: () => void } | undefined
  /** Once set, it gets all bytes, and `awaitText` no longer works. */
  onBytes: ((bytes: Buffer) => void) | undefined

  private constructor(readonly socket: Socket) {
    socket.setNoDelay(true)
    socket.on('error', () => socket.destroy())
    socket.on('data', (bytes) => {
      if (this.onBytes) return this.onBytes(bytes)
      this.#seen += bytes.toString()
      this.#check()
    })
  }

  static async open(url: string): Promise<TextConnection> {
    const { hostname, port } = new URL(url)
    const socket = connect({ host: hostname, port: Number(port) })
    await new Promise((resolve, reject) => {
      socket.once('connect', resolve)
      socket.once('error', reject)
    })
    return new TextConnection(socket)
  }

  write(text: string): void {
    this.socket.write(text)
  }

  /** Drops everything up to this text. Rejects with what has arrived if the connection ends first. */
  awaitText(text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#awaited = { text, resolve }
      this.socket.once('close', () => reject(new Error(`closed before ${text}: ${this.#seen.slice(-500)}`)))
      this.#check()
    })
  }

  close(): void {
    this.socket.destroy()
  }

  #check(): void {
    if (this.#awaited === undefined) return
    const { text, resolve } = this.#awaited
    const at = this.#seen.indexOf(text)
    if (at < 0) return
    this.#seen = this.#seen.slice(at + text.length)
    this.#awaited = undefined
    resolve()
  }
}
