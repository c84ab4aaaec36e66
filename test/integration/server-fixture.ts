import { type ChatServer, createChatServer, type ServerOptions, signToken } from '@roomful/server'
import { io, type Socket } from 'socket.io-client'

export const SECRET = 'a secret of these tests'

/** What a server answers or emits: the tests look at it as it came over the wire. */
// biome-ignore lint/suspicious/noExplicitAny: frames of any shape, checked by what the test expects of them
export type Frame = any

export async function startServer(options: ServerOptions = {}): Promise<ChatServer> {
  return createChatServer({
    port: 0,
    host: '127.0.0.1',
    database: 'memory:',
    auth: { jwtSecret: SECRET },
    logLevel: 'silent',
    defaultRooms: ['general'],
    ...options,
  })
}

export function tokenOf(id: string, more: { admin?: boolean; sid?: string; expiresInSeconds?: number } = {}) {
  const { expiresInSeconds, ...claims } = more
  const name = id[0]?.toUpperCase() + id.slice(1)
  return signToken(
    SECRET,
    { id, name, ...claims },
    expiresInSeconds === undefined ? {} : { expiresInSeconds },
  )
}

/** A client that speaks to the server as directly as a socket allows, and keeps all that it is told. */
export class Device {
  readonly events: { event: string; payload: Frame }[] = []
  readonly #waiting = new Set<() => void>()

  constructor(readonly socket: Socket) {
    socket.onAny((event: string, payload: Frame) => this.#note(event, payload))
    socket.on('disconnect', (reason) => this.#note('disconnect', reason))
  }

  /** Emits one event and resolves with its ack. */
  ask(event: string, ...args: unknown[]): Promise<Frame> {
    return this.socket.timeout(5_000).emitWithAck(event, ...args)
  }

  all(event: string): Frame[] {
    return this.events.filter((one) => one.event === event).map((one) => one.payload)
  }

  /** The first event of that name that fits, past or to come. */
  async next(event: string, fits: (payload: Frame) => boolean = () => true): Promise<Frame> {
    const deadline = Date.now() + 8_000
    for (;;) {
      const found = this.all(event).find(fits)
      if (found !== undefined) return found
      const left = deadline - Date.now()
      if (left <= 0) throw new Error(`no ${event} came; what came: ${this.events.map((one) => one.event)}`)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left)
        this.#waiting.add(() => {
          clearTimeout(timer)
          resolve()
        })
      })
    }
  }

  close(): void {
    this.socket.disconnect()
  }

  #note(event: string, payload: Frame): void {
    this.events.push({ event, payload })
    for (const wake of this.#waiting) wake()
    this.#waiting.clear()
  }
}

type ConnectOptions = {
  protocol?: number
  token?: unknown
  transports?: string[]
  extraHeaders?: Record<string, string>
}

/** A socket that is not connected yet: for handshakes that are to be refused. */
export function socketTo(server: ChatServer, { token, protocol, ...rest }: ConnectOptions): Socket {
  const auth = { ...(token === undefined ? {} : { token }), ...(protocol === undefined ? {} : { protocol }) }
  return io(server.url, { auth, transports: ['websocket'], reconnection: false, forceNew: true, ...rest })
}

/** Resolves once the device is let in; rejects with the `connect_error`. */
export function connect(server: ChatServer, options: ConnectOptions): Promise<Device> {
  const socket = socketTo(server, options)
  const device = new Device(socket)
  return new Promise((resolve, reject) => {
    socket.on('connect', () => resolve(device))
    socket.on('connect_error', reject)
  })
}

export async function signIn(server: ChatServer, id: string, protocol: 1 | 2 = 2): Promise<Device> {
  return connect(server, { token: await tokenOf(id), protocol })
}

/** The refusal that a handshake is answered with. */
export async function refusalOf(server: ChatServer, options: ConnectOptions): Promise<Frame> {
  const socket = socketTo(server, options)
  try {
    return await new Promise((resolve, reject) => {
      socket.on('connect', () => reject(new Error('it was let in')))
      socket.on('connect_error', (error: Error & { data?: unknown }) => resolve(error.data ?? error))
    })
  } finally {
    socket.disconnect()
  }
}
