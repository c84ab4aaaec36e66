import type { Changes, ClientEvent, Message, OkAck, ServerEvent, ServerPayload } from '@roomful/protocol'
import { type ChatServer, createChatServer, type ServerOptions, signToken } from '@roomful/server'
import { io, type Socket } from 'socket.io-client'

export const SECRET = 'a secret of these tests, 32 bytes long'

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

export function tokenOf(id: string, more: { sid?: string; expiresInSeconds?: number } = {}): Promise<string> {
  const { expiresInSeconds, ...claims } = more
  const name = `${id.charAt(0).toUpperCase()}${id.slice(1)}`
  return signToken(
    SECRET,
    { id, name, ...claims },
    expiresInSeconds === undefined ? {} : { expiresInSeconds },
  )
}

/** An ack as it came over the wire, of any shape. */
export type Answer = Record<string, unknown> & { ok?: boolean; code?: string; retryAfterMs?: number }

/** The limit for something that never comes. */
const PATIENCE_MS = 120_000

/** A client that speaks to the server as directly as a socket allows, and keeps everything it receives. */
export class Device {
  readonly events: { event: string; payload: unknown }[] = []
  /** Resolves with Socket.IO's reason when the connection is gone. */
  readonly disconnected: Promise<string>
  readonly #waiting = new Set<() => void>()

  constructor(readonly socket: Socket) {
    socket.onAny((event: string, payload: unknown) => this.#note(event, payload))
    this.disconnected = new Promise((resolve) => socket.once('disconnect', resolve))
  }

  /** Emits one event, of any shape, and resolves with its ack. */
  ask(event: string, ...args: unknown[]): Promise<Answer> {
    return this.socket.timeout(PATIENCE_MS).emitWithAck(event, ...args)
  }

  /** Emits an event that must be accepted, and resolves with its result. */
  async do<E extends ClientEvent>(event: E, payload: object): Promise<OkAck<E>> {
    const answer: unknown = await this.ask(event, payload)
    if (isTaken<E>(answer)) return answer
    throw new Error(`${event} was refused: ${JSON.stringify(answer)}`)
  }

  all<E extends ServerEvent>(event: E): ServerPayload<E>[] {
    return this.events.flatMap((one) => (isOf(one, event) ? [one.payload] : []))
  }

  /** The first event of that name that matches, past or future. */
  async next<E extends ServerEvent>(
    event: E,
    fits: (payload: ServerPayload<E>) => boolean = () => true,
  ): Promise<ServerPayload<E>> {
    const deadline = Date.now() + PATIENCE_MS
    for (;;) {
      const found = this.all(event).find(fits)
      if (found !== undefined) return found
      const left = deadline - Date.now()
      if (left <= 0) throw new Error(`no ${event} came; what came: ${this.events.map((one) => one.event)}`)
      await this.#anything(left)
    }
  }

  /** Waits until it has received a message with this content. */
  async heard(content: string): Promise<Message> {
    const tells = (frame: Changes): boolean => messagesOf([frame]).some((row) => row.content === content)
    const [message] = messagesOf([await this.next('changes', tells)]).filter((row) => row.content === content)
    if (!message) throw new Error('unreachable')
    return message
  }

  close(): void {
    this.socket.disconnect()
  }

  #anything(withinMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, withinMs)
      this.#waiting.add(() => {
        clearTimeout(timer)
        resolve()
      })
    })
  }

  #note(event: string, payload: unknown): void {
    this.events.push({ event, payload })
    for (const wake of this.#waiting) wake()
    this.#waiting.clear()
  }
}

function isTaken<E extends ClientEvent>(answer: unknown): answer is OkAck<E> {
  return typeof answer === 'object' && answer !== null && 'ok' in answer && answer.ok === true
}

function isOf<E extends ServerEvent>(
  one: { event: string; payload: unknown },
  event: E,
): one is { event: E; payload: ServerPayload<E> } {
  return one.event === event
}

/** The message rows in these frames, in the order of arrival. */
export function messagesOf(frames: readonly Changes[]): Message[] {
  return frames.flatMap(({ changes }) =>
    changes.flatMap((change) => (change.kind === 'message' ? [change.message] : [])),
  )
}

type ConnectOptions = {
  protocol?: unknown
  token?: unknown
  transports?: string[]
  extraHeaders?: Record<string, string>
}

/** Resolves once the device is authenticated; rejects with the `connect_error`. */
export function connect(
  server: Pick<ChatServer, 'url'>,
  { token, protocol, ...rest }: ConnectOptions,
): Promise<Device> {
  const auth = { ...(token === undefined ? {} : { token }), ...(protocol === undefined ? {} : { protocol }) }
  const socket = io(server.url, {
    auth,
    transports: ['websocket'],
    reconnection: false,
    forceNew: true,
    ...rest,
  })
  const device = new Device(socket)
  return new Promise((resolve, reject) => {
    socket.on('connect', () => resolve(device))
    socket.on('connect_error', (error) => {
      socket.disconnect()
      reject(error)
    })
  })
}

export async function signIn(
  server: Pick<ChatServer, 'url'>,
  id: string,
  protocol: 1 | 2 = 2,
): Promise<Device> {
  return connect(server, { token: await tokenOf(id), protocol })
}

/** The refusal that answers a handshake. */
export async function refusalOf(server: ChatServer, options: ConnectOptions): Promise<unknown> {
  try {
    const device = await connect(server, options)
    device.close()
  } catch (error) {
    if (error instanceof Error && 'data' in error) return error.data
    throw error
  }
  throw new Error('it was let in')
}
