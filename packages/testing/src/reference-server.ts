import { createServer } from 'node:http'
import type { AsyncClosable } from '@roomful/protocol'
import { Server, type Socket } from 'socket.io'
import { type ReferenceMessage, ReferenceRooms, type ReferenceUser } from './reference-rooms'

export type ReferenceServerOptions = {
  /** Accepted tokens, each with its user. */
  users: Readonly<Record<string, ReferenceUser>>
  /** The rooms, each with the ids of its members. */
  rooms: Readonly<Record<string, readonly string[]>>
  /** 0: any free port. A server that restarts uses its old one. */
  port?: number
  /** What an earlier server stored: this one continues from there. */
  state?: ReferenceRooms
}

export interface ReferenceServer extends AsyncClosable {
  readonly url: string
  readonly port: number
  readonly rooms: ReferenceRooms
  /** Events that arrived, by name: what a client requested, and how often. */
  readonly received: ReadonlyMap<string, number>
  /** Stores and broadcasts the next `count` sends, but never answers them: the connection drops first. */
  loseAcks(count: number): void
  /** Drops every connection; new ones work. */
  dropConnections(): void
  close(): Promise<void>
}

type Reply = (answer: unknown) => void

/**
 * A third-party backend: a Socket.IO server that speaks only the reference chat-rooms events and does only what its
 * handlers do. No `ready`, no `rev`, no `code` in an error, no answer to `join-rooms` and `mark-read`, no deduplication
 * by clientId. The SDK's `protocol: 1` must work with it.
 *
 * @example
 * const server = await referenceServer({ users: { t1: { id: 'ada', name: 'Ada' } }, rooms: { general: ['ada'] } })
 */
export async function referenceServer(options: ReferenceServerOptions): Promise<ReferenceServer> {
  const http = createServer()
  const io = new Server(http, { cors: { origin: true } })
  const rooms = options.state ?? new ReferenceRooms(options.rooms)
  const received = new Map<string, number>()
  let acksToLose = 0

  io.use((socket, next) => {
    const token: unknown = socket.handshake.auth.token
    const user = typeof token === 'string' ? options.users[token] : undefined
    if (user === undefined) return next(new Error('Not signed in'))
    socket.data.user = user
    next()
  })
  io.on('connection', (socket) => {
    socket.onAny((event: string) => received.set(event, (received.get(event) ?? 0) + 1))
    handle(socket)
  })

  function handle(socket: Socket): void {
    const user: ReferenceUser = socket.data.user
    const place = (roomId: string): string => `room:${roomId}`

    socket.on('join-rooms', () => {
      const mine = rooms.of(user.id)
      for (const roomId of mine) void socket.join(place(roomId))
      socket.emit('rooms-joined', mine)
      socket.emit('unread-counts', rooms.unread(user.id))
    })

    socket.on('send-message', (draft: Partial<ReferenceMessage>, reply: Reply) => {
      const roomId = String(draft.roomId)
      if (!rooms.hasMember(roomId, user.id)) return reply({ error: 'Not a member of this room' })
      const message = rooms.append(roomId, user, draft)
      io.to(place(roomId)).emit('new-message', message)
      if (acksToLose > 0) {
        acksToLose--
        socket.conn.close()
        return
      }
      reply({ ok: true, message })
    })

    socket.on(
      'fetch-history',
      (asked: { roomId: string; beforeSeq?: number; limit?: number }, reply: Reply) => {
        reply({ messages: rooms.page(asked.roomId, asked.beforeSeq, asked.limit) })
      },
    )

    socket.on('mark-read', ({ roomId, seq }: { roomId: string; seq: number }) => {
      rooms.markRead(roomId, user.id, seq)
      socket.to(place(roomId)).emit('read-receipt', { userId: user.id, roomId, seq })
    })

    socket.on(
      'edit-message',
      ({ messageId, content }: { messageId: string; content: string }, reply: Reply) => {
        const message = rooms.edit(messageId, user.id, content)
        if (message === undefined) return reply({ error: 'Cannot edit' })
        io.to(place(message.roomId)).emit('message-edited', { messageId, content, seq: message.seq })
        reply({ ok: true })
      },
    )

    socket.on('delete-message', ({ messageId }: { messageId: string }, reply: Reply) => {
      const message = rooms.remove(messageId, user.id)
      if (message === undefined) return reply({ error: 'Cannot delete' })
      io.to(place(message.roomId)).emit('message-deleted', { messageId, seq: message.seq })
      reply({ ok: true })
    })
  }

  await new Promise<void>((resolve, reject) => {
    http.once('error', reject)
    http.listen(options.port ?? 0, '127.0.0.1', resolve)
  })
  const address = http.address()
  if (address === null || typeof address === 'string') throw new Error('The reference server got no port')

  const close = async (): Promise<void> => {
    await io.close()
  }
  return {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    rooms,
    received,
    loseAcks: (count) => {
      acksToLose = count
    },
    dropConnections: () => io.disconnectSockets(true),
    close,
    [Symbol.asyncDispose]: close,
  }
}
