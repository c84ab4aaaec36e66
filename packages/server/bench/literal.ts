import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { Server } from 'socket.io'
import { MEMBERS, ROOM } from './crowd'
import { literalPostgres } from './literal-postgres'
import { literalSqlite } from './literal-sqlite'
import { reportTo } from './report'

// The handlers of the reference document, as written there: a member's message is one transaction, one emit, one ack.
// Only what the document leaves open is filled in: the database, and that a token is the user's name.

export type LiteralMessage = {
  readonly id: string
  readonly roomId: string
  readonly senderId: string
  readonly content: string
  readonly type: string
  readonly replyTo: string | null
  readonly createdAt: string
}

export interface LiteralDatabase {
  checkMembership(roomId: string, userId: string): Promise<boolean>
  /** Stores it under the next sequence number of its room, in one transaction, and returns that number. */
  saveMessage(message: LiteralMessage): Promise<number>
}

type Sent = { roomId: string; content: string; type?: string; replyTo?: string; clientId?: string }

const [database = '', counter = ''] = process.argv.slice(2)
const userIds = Array.from({ length: MEMBERS }, (_, n) => `user-${n}`)
const db = database.startsWith('postgres:')
  ? await literalPostgres(database, ROOM, userIds, counter === 'unordered')
  : literalSqlite(database.replace('sqlite:', ''), ROOM, userIds)

const http = createServer()
const io = new Server(http, { transports: ['websocket'], serveClient: false })
io.on('connection', (socket) => {
  const userId = String(socket.handshake.auth.token)

  socket.on('join-rooms', async (_payload: unknown, ack: (answer: object) => void) => {
    await socket.join(`room:${ROOM}`)
    socket.emit('rooms-joined', [ROOM])
    ack({ ok: true })
  })

  socket.on('send-message', async (sent: Sent, ack: (answer: object) => void) => {
    const { roomId, content, type, replyTo, clientId } = sent
    try {
      const isMember = await db.checkMembership(roomId, userId)
      if (!isMember) return ack({ error: 'Not a member of this room' })
      const row = {
        id: randomUUID(),
        roomId,
        senderId: userId,
        content,
        type: type ?? 'text',
        replyTo: replyTo ?? null,
        createdAt: new Date().toISOString(),
      }
      const seq = await db.saveMessage(row)
      const message = { ...row, senderName: userId, seq, clientId }
      io.to(`room:${roomId}`).emit('new-message', message)
      ack({ ok: true, message })
    } catch (error) {
      console.error(error)
      ack({ error: 'Failed to send message' })
    }
  })
})
http.listen(0, '127.0.0.1', () => reportTo(process, http))
