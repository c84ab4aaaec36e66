import { createServer } from 'node:http'
import { Server } from 'socket.io'
import { reportTo } from '../../packages/server/bench/report'

// The limit of Socket.IO itself: it checks nothing, stores nothing, and sends each message to all.
const http = createServer()
const io = new Server(http, { transports: ['websocket'], serveClient: false })
let seq = 0
io.on('connection', (socket) => {
  socket.on('join-rooms', async (_payload: unknown, ack: (answer: object) => void) => {
    await socket.join('room')
    ack({ ok: true })
  })
  socket.on('send-message', (sent: object, ack: (answer: object) => void) => {
    const message = { ...sent, seq: ++seq }
    io.to('room').emit('new-message', message)
    ack({ ok: true, message })
  })
})
http.listen(0, '127.0.0.1', () => reportTo(process, http))
