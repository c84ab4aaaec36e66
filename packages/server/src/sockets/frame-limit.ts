import { LIMITS } from '@roomful/protocol'
import { Decoder, Encoder, type Packet, PacketType } from 'socket.io-parser'
import { FRAME_TOO_LARGE } from '../handlers/frame'
import { LargeFrames } from './large-frames'

/** CONNECT packets allowed on one connection; each costs a signature check. */
const CONNECTS_PER_LINE = 20
/** Frames that one connection may deliver in one turn of the event loop: some 30 ms of work. */
const FRAMES_A_TURN = 2_000
/** Characters of a frame that waits for its turn to be parsed: below, parsing takes less than the rest of a request. */
const LARGE_CHARACTERS = 4_000
/** Frames of one connection that may wait: 3 MB of the largest. */
const WAITING_MAX = 50
/** Socket.IO closes the connection on it, as it does on a frame that cannot be parsed in the same turn. */
const BROKEN: Packet = { type: PacketType.EVENT, nsp: '', data: [] }
/** Type, namespace, ack id and event name of a frame: what is needed to refuse it. */
const EVENT_HEAD = /^2(?:(\/[^,]{0,64}),)?(\d{0,15})\["((?:[^"\\]|\\.){0,64})"/

/**
 * Socket.IO's own decoder, which also measures every frame as it arrived. A frame over the limit is not parsed: its
 * event goes on with FRAME_TOO_LARGE in place of the payload, so that its sender gets an answer. Binary packets are no
 * part of the protocol and, like everything else that throws here, end the connection.
 */
export class FrameLimitDecoder extends Decoder {
  /** Called when frames begin to wait to be parsed, and when none waits any more. */
  onWaiting: (isWaiting: boolean) => void = () => {}
  #connects = 0
  #inTurn = 0
  #waiting = 0
  #isOver = false

  constructor(private readonly largeFrames: LargeFrames) {
    super()
  }

  override destroy(): void {
    this.#isOver = true
    super.destroy()
  }

  override add(frame: unknown): void {
    this.#count()
    if (typeof frame !== 'string') throw new Error('binary frames are not part of the protocol')
    const type = Number(frame.charAt(0))
    if (type === PacketType.BINARY_EVENT || type === PacketType.BINARY_ACK)
      throw new Error('binary packets are not part of the protocol')
    if (type === PacketType.CONNECT && ++this.#connects > CONNECTS_PER_LINE)
      throw new Error('too many connect packets')
    if (isTooLarge(frame)) this.emitReserved('decoded', refusedPacket(frame))
    // Behind a frame that waits all others of its connection wait, because they are in order.
    else if (frame.length > LARGE_CHARACTERS || this.#waiting > 0) this.#addLater(frame)
    else super.add(frame)
  }

  #addLater(frame: string): void {
    if (++this.#waiting > WAITING_MAX) throw new Error('too many large frames at once')
    if (this.#waiting === 1) this.onWaiting(true)
    this.largeFrames.push(() => {
      this.#waiting--
      if (this.#isOver) return
      try {
        super.add(frame)
      } catch {
        this.emitReserved('decoded', BROKEN)
      }
      if (this.#waiting === 0) this.onWaiting(false)
    })
  }

  /** A poll carries any number of frames, and nothing else runs until all of them are read. */
  #count(): void {
    if (this.#inTurn === 0)
      setImmediate(() => {
        this.#inTurn = 0
      })
    if (++this.#inTurn > FRAMES_A_TURN) throw new Error('too many frames at once')
  }
}

/** In UTF-8, as it was sent; it is measured only where the character count does not decide. */
function isTooLarge(frame: string): boolean {
  const { frameBytes } = LIMITS
  if (frame.length > frameBytes) return true
  return frame.length * 3 > frameBytes && Buffer.byteLength(frame) > frameBytes
}

function refusedPacket(frame: string): Packet {
  const [head, nsp = '/', id, event] = EVENT_HEAD.exec(frame) ?? []
  if (head === undefined) throw new Error('a frame over the limit that is no event')
  return {
    type: PacketType.EVENT,
    nsp,
    data: [event, FRAME_TOO_LARGE],
    ...(id ? { id: Number(id) } : {}),
  }
}

/** The `parser` option of a Socket.IO server: the default format on the wire. */
export function frameLimitParser(): {
  readonly Encoder: typeof Encoder
  readonly Decoder: new () => Decoder
} {
  const largeFrames = new LargeFrames()
  return {
    Encoder,
    Decoder: class extends FrameLimitDecoder {
      constructor() {
        super(largeFrames)
      }
    },
  }
}
