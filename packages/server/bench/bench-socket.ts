import { connect, type Socket } from 'node:net'

/** The length a message may have, less than 126 bytes, without an extra length field in a websocket's frame. */
const SHORT = 126
/** And the length with a length field of two bytes. */
const LONGEST = 65_535
const NOTHING = Buffer.alloc(0)
/**
 * All connections read into this one, one after the other: a buffer per read cost more in garbage collection than the
 * reads did.
 */
const READ = Buffer.alloc(65_536)
const UPGRADE_END = Buffer.from('\r\n\r\n')

/**
 * A bare websocket. A client library spends as much on a delivery as the server does, and would dominate the
 * measurement; here a frame costs only the parsing of its header.
 */
export class BenchSocket {
  #rest: Buffer = NOTHING
  #upgraded = false

  private constructor(
    private readonly socket: Socket,
    private readonly onMessage: (message: Buffer) => void,
  ) {
    socket.setNoDelay(true)
  }

  /** `onMessage` gets the payload of each text frame of Socket.IO's transport; `onEnd` is called once. */
  static open(
    url: string,
    onMessage: (message: Buffer) => void,
    onEnd: () => void = () => {},
    headers = '',
  ): BenchSocket {
    const { hostname, port } = new URL(url)
    const onread = {
      buffer: READ,
      callback: (bytes: number) => {
        opened.#read(READ.subarray(0, bytes))
        return true
      },
    }
    const socket = connect({ host: hostname, port: Number(port), onread })
    const opened = new BenchSocket(socket, onMessage)
    socket.on('error', () => socket.destroy())
    socket.on('close', onEnd)
    socket.write(
      `GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: ${hostname}:${port}\r\nUpgrade: websocket\r\n` +
        `${headers}Connection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n`,
    )
    return opened
  }

  /** A text frame. The mask that a client must send is zero, which leaves the text as it is. */
  send(text: string): void {
    const length = Buffer.byteLength(text)
    if (length > LONGEST) throw new Error('a frame of more than 64 KB')
    const header = length < SHORT ? 6 : 8
    const frame = Buffer.alloc(header + length)
    frame[0] = 0x81
    frame[1] = 0x80 | (length < SHORT ? length : SHORT)
    if (length >= SHORT) frame.writeUInt16BE(length, 2)
    frame.write(text, header)
    this.socket.write(frame)
  }

  /** Reads nothing more from the system's buffers. */
  pause(): void {
    this.socket.pause()
  }

  close(): void {
    this.socket.destroy()
  }

  #read(chunk: Buffer): void {
    let data = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    if (!this.#upgraded) {
      const end = data.indexOf(UPGRADE_END)
      if (end >= 0) data = data.subarray(end + UPGRADE_END.length)
      this.#upgraded = end >= 0
    }
    let at = 0
    while (this.#upgraded) {
      const frame = frameAt(data, at)
      if (!frame) break
      at = frame.end
      this.onMessage(data.subarray(frame.start, frame.end))
    }
    this.#rest = at === data.length ? NOTHING : Buffer.from(data.subarray(at))
  }
}

/** Where the payload of the frame that begins at `at` is, once it is complete. */
function frameAt(data: Buffer, at: number): { start: number; end: number } | undefined {
  const left = data.length - at
  if (left < 2) return undefined
  const short = (data[at + 1] ?? 0) & 0x7f
  const header = short < SHORT ? 2 : short === SHORT ? 4 : 10
  if (left < header) return undefined
  const length =
    short < SHORT ? short : short === SHORT ? data.readUInt16BE(at + 2) : Number(data.readBigUInt64BE(at + 2))
  return left < header + length ? undefined : { start: at + header, end: at + header + length }
}
