import { BenchSocket } from './bench-socket'

const MARK = '"kind":"message"'
const CODES = {
  open: '0{',
  ping: '2',
  pong: '3',
  connect: '40',
  connected: '40{',
  event: '42',
  ack: '43',
  refused: '44',
} as const

/**
 * One device of the crowd. It counts its deliveries and does not parse them: a hundred devices have a hundred
 * processors in life, and must not compete here with the server for one.
 */
export class Member {
  deliveries = 0
  /** With `reads` it parses everything it receives, so that the counts are known to be right. */
  readonly seqs: number[] = []
  readonly #socket: BenchSocket
  readonly #answers = new Map<number, (answer: string) => void>()
  #asked = 0
  #onConnected = (): void => {}

  constructor(
    url: string,
    readonly id: string,
    private readonly reads: boolean,
    /** Gets each frame that is no answer: changes, and deltas of messages that grow. */
    private readonly onFrame: (frame: Buffer) => void = () => {},
  ) {
    this.#socket = BenchSocket.open(url, (message) => this.#take(message))
  }

  async enter(roomId: string): Promise<void> {
    const connected = new Promise<void>((resolve) => {
      this.#onConnected = resolve
    })
    await connected
    await this.ask('join-rooms', { roomIds: [roomId] })
  }

  /** Resolves with the ack, as it came. It must be a success. */
  async ask(event: string, payload: object): Promise<string> {
    const id = this.#asked++
    const answer = await new Promise<string>((resolve) => {
      this.#answers.set(id, resolve)
      this.#socket.send(`${CODES.event}${id}${JSON.stringify([event, payload])}`)
    })
    if (!answer.startsWith('[{"ok":true')) throw new Error(`${event} was refused: ${answer}`)
    return answer
  }

  leave(): void {
    this.#socket.close()
  }

  #take(message: Buffer): void {
    const head = message.toString('latin1', 0, 16)
    if (head.startsWith(CODES.event)) this.onFrame(message)
    if (head.startsWith('42["changes"')) this.#deliver(message, countOf(message))
    else if (head.startsWith('42["new-message"')) this.#deliver(message, 1)
    else if (head.startsWith(CODES.ack)) this.#answer(message.toString())
    else if (head.startsWith(CODES.connected)) this.#onConnected()
    else if (head.startsWith(CODES.open)) this.#signIn()
    else if (head === CODES.ping) this.#socket.send(CODES.pong)
    else if (head.startsWith(CODES.refused)) throw new Error(`refused at the door: ${message}`)
  }

  #signIn(): void {
    this.#socket.send(`${CODES.connect}${JSON.stringify({ token: this.id, protocol: 2 })}`)
  }

  #deliver(message: Buffer, count: number): void {
    this.deliveries += count
    if (this.reads) this.seqs.push(...seqsIn(message.toString()))
  }

  #answer(message: string): void {
    const begin = message.indexOf('[')
    const id = Number(message.slice(CODES.ack.length, begin))
    const resolve = this.#answers.get(id)
    this.#answers.delete(id)
    resolve?.(message.slice(begin))
  }
}

/** The number of messages in one `changes` of our server; the reference's `new-message` always has one. */
function countOf(frame: Buffer): number {
  let count = 0
  for (let at = frame.indexOf(MARK); at >= 0; at = frame.indexOf(MARK, at + MARK.length)) count++
  return count
}

function seqsIn(frame: string): number[] {
  return [...frame.matchAll(/"seq":(\d+)/g)].map((match) => Number(match[1]))
}
