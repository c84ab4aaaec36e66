import { signToken } from '@roomful/server'
import { BenchSocket } from '../bench-socket'

export const SECRET = 'a secret of the siege, of 32 bytes and more'

const tokens = new Map<string, Promise<string>>()

function tokenOf(id: string): Promise<string> {
  const token = tokens.get(id) ?? signToken(SECRET, { id, name: id })
  tokens.set(id, token)
  return token
}

/** Each user has their own address; the server assumes a proxy in front of it. */
function addressOf(id: string): string {
  const n = Number(/\d+$/.exec(id)?.[0] ?? 0)
  return `203.0.${Math.floor(n / 250)}.${(n % 250) + 1}`
}

/** One connection, which counts what arrives and parses as little of it as it can. */
export class Device {
  frames = 0
  isOpen = false
  /** By code of the refusal, or `ok`. */
  readonly answers: Record<string, number> = {}
  readonly #socket: BenchSocket
  readonly #waiting = new Map<number, (answer: string | undefined) => void>()
  #asked = 1
  #onSettled: (isIn: boolean) => void = () => {}

  private constructor(
    url: string,
    private readonly id: string,
    private readonly protocol: 1 | 2,
  ) {
    this.#socket = BenchSocket.open(
      url,
      (message) => this.#take(message),
      () => this.#end(),
      `X-Forwarded-For: ${addressOf(id)}\r\n`,
    )
  }

  /** Resolves when the device is signed in, or was refused: then it is not open. */
  static async open(url: string, id: string, protocol: 1 | 2 = 2): Promise<Device> {
    await tokenOf(id)
    const device = new Device(url, id, protocol)
    device.isOpen = await new Promise<boolean>((resolve) => {
      device.#onSettled = resolve
    })
    return device
  }

  /** Emits without waiting; the answer is counted. */
  emit(event: string, payload: unknown): void {
    if (this.isOpen) this.#socket.send(`42${this.#asked++}${JSON.stringify([event, payload])}`)
  }

  /** The ack as text; undefined if the connection ended before. */
  ask(event: string, payload: unknown): Promise<string | undefined> {
    if (!this.isOpen) return Promise.resolve(undefined)
    const id = this.#asked++
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve)
      this.#socket.send(`42${id}${JSON.stringify([event, payload])}`)
    })
  }

  /** Reads nothing more from the connection, as a suspended process does. */
  mute(): void {
    this.#socket.pause()
  }

  close(): void {
    this.#socket.close()
  }

  #end(): void {
    this.isOpen = false
    this.#onSettled(false)
    for (const resolve of this.#waiting.values()) resolve(undefined)
    this.#waiting.clear()
  }

  #take(message: Buffer): void {
    this.frames++
    const head = message.toString('latin1', 0, 12)
    if (head.startsWith('43')) this.#answer(message)
    else if (head.startsWith('0')) void this.#signIn()
    else if (head === '2') this.#socket.send('3')
    else if (head.startsWith('44')) this.#socket.close()
    else if (head.startsWith('40')) this.#onSettled(true)
  }

  async #signIn(): Promise<void> {
    const auth = { token: await tokenOf(this.id), protocol: this.protocol }
    this.#socket.send(`40${JSON.stringify(auth)}`)
  }

  #answer(message: Buffer): void {
    const begin = message.indexOf('[')
    const id = Number(message.toString('latin1', 2, begin))
    const resolve = this.#waiting.get(id)
    this.#waiting.delete(id)
    const isOk = message.toString('latin1', begin, begin + 11) === '[{"ok":true'
    const code = isOk ? 'ok' : (/"code":"(\w+)"/.exec(message.toString())?.[1] ?? '?')
    this.answers[code] = (this.answers[code] ?? 0) + 1
    resolve?.(message.toString('utf8', begin))
  }
}
