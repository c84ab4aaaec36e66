import { randomUUID } from 'node:crypto'
import { Manager, type Socket } from 'socket.io-client'
import { Decoder, Encoder } from 'socket.io-parser'

export const ROOM = 'bench'
export const MEMBERS = 100
export const SENDERS = 10
export const IN_FLIGHT = 5
const TEXT = 'As long as what people write to each other in a room most of the time.'
/** After the last ack the last deliveries are on their way; on a busy machine they take a moment. */
const DELIVERY_PATIENCE_MS = 30_000

/** What one run of the crowd saw. `latencies`: from a send to its ack, in milliseconds, ascending. */
export type Seen = {
  readonly sends: number
  readonly seconds: number
  readonly latencies: readonly number[]
  /** The one member who reads everything saw so many messages out of the order of seqs. */
  readonly disorder: number
}

/**
 * All members of one room, each with a socket. Frames that bring messages are counted and not parsed: a hundred
 * devices have a hundred processors in life, and must not compete here with the server for one. The first member
 * reads everything, so that what is counted is known to be right.
 */
export class Crowd {
  #deliveries = 0
  #seqs: number[] = []
  readonly #sockets: Socket[] = []

  static async gather(url: string): Promise<Crowd> {
    const crowd = new Crowd()
    for (let n = 0; n < MEMBERS; n++) crowd.#sockets.push(await crowd.#connect(url, n))
    return crowd
  }

  /** 10 members keep 5 sends each on their way for so long; then every delivery is waited for, and checked. */
  async run(ms: number): Promise<Seen> {
    this.#deliveries = 0
    this.#seqs = []
    const latencies: number[] = []
    const startedAt = performance.now()
    const sendOne = async (socket: Socket): Promise<void> => {
      const sentAt = performance.now()
      const payload = { roomId: ROOM, content: TEXT, clientId: randomUUID() }
      const ack: unknown = await socket.emitWithAck('send-message', payload)
      if (!isTaken(ack)) throw new Error(`a send was refused: ${JSON.stringify(ack)}`)
      latencies.push(performance.now() - sentAt)
    }
    const keepSending = async (socket: Socket): Promise<void> => {
      while (performance.now() < startedAt + ms) await sendOne(socket)
    }
    const senders = this.#sockets.slice(-SENDERS)
    await Promise.all(senders.flatMap((socket) => Array.from({ length: IN_FLIGHT }, () => keepSending(socket))))
    const seconds = (performance.now() - startedAt) / 1_000
    await this.#allDelivered(latencies.length)
    return {
      sends: latencies.length,
      seconds,
      latencies: latencies.sort((a, b) => a - b),
      disorder: this.#checkedDisorder(latencies.length),
    }
  }

  leave(): void {
    for (const socket of this.#sockets) socket.disconnect()
  }

  #connect(url: string, n: number): Promise<Socket> {
    const read = n === 0 ? (frame: string) => this.#seqs.push(...seqsIn(frame)) : () => {}
    const count = (messages: number): void => {
      this.#deliveries += messages
    }
    class CountingDecoder extends Decoder {
      override add(frame: unknown): void {
        const messages = messagesIn(String(frame))
        if (messages === 0) return super.add(frame)
        count(messages)
        read(String(frame))
      }
    }
    const parser = { Encoder, Decoder: CountingDecoder }
    const manager = new Manager(url, { transports: ['websocket'], reconnection: false, parser })
    const socket = manager.socket('/', { auth: { token: `user-${n}`, protocol: 2 } })
    return new Promise((resolve, reject) => {
      socket.once('connect_error', reject)
      socket.once('connect', () => {
        socket.emitWithAck('join-rooms', { roomIds: [ROOM] }).then(() => resolve(socket), reject)
      })
    })
  }

  async #allDelivered(sends: number): Promise<void> {
    const deadline = performance.now() + DELIVERY_PATIENCE_MS
    while (this.#deliveries < sends * MEMBERS && performance.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 5))
    if (this.#deliveries !== sends * MEMBERS)
      throw new Error(`${sends} sends made ${this.#deliveries} deliveries to ${MEMBERS} members`)
  }

  /** Throws when the witness did not see each seq once, without a hole. */
  #checkedDisorder(sends: number): number {
    const seqs = this.#seqs
    const sorted = [...seqs].sort((a, b) => a - b)
    const first = sorted[0] ?? 0
    const isWhole = sorted.length === sends && sorted.every((seq, i) => seq === first + i)
    if (!isWhole) throw new Error('the seqs that were seen have a hole, or one came twice')
    return seqs.filter((seq, i) => seq < (seqs[i - 1] ?? 0)).length
  }
}

const isTaken = (ack: unknown): boolean => typeof ack === 'object' && ack !== null && 'ok' in ack && ack.ok === true

/** How many messages a frame brings: `changes` of our server has many, `new-message` of the reference is one. */
function messagesIn(frame: string): number {
  if (frame.startsWith('2["new-message"')) return 1
  if (!frame.startsWith('2["changes"')) return 0
  let count = 0
  for (let at = frame.indexOf(MARK); at >= 0; at = frame.indexOf(MARK, at + MARK.length)) count++
  return count
}
const MARK = '"kind":"message"'

function seqsIn(frame: string): number[] {
  return [...frame.matchAll(/"seq":(\d+)/g)].map((match) => Number(match[1]))
}
