import { asClientId, asMessageId, asRoomId, asUserId } from '@roomful/protocol'
import { decide } from '../../packages/server/src/core/decide'
import { needOf } from '../../packages/server/src/core/need'
import type { Op } from '../../packages/server/src/core/ops'
import { openSqliteStore } from '../../packages/server/src/stores/sqlite/sqlite-store'

// A separate process that the crash test kills: opens the file, and sends without end, reporting its acks.

const [path = '', round = ''] = process.argv.slice(2)
const store = await openSqliteStore(path)
const ann = asUserId('ann')
const roomId = asRoomId('general')
const createdAt = '2026-01-01T00:00:00.000Z'
await store.createRoom({
  room: {
    id: roomId,
    name: 'General',
    type: 'private',
    createdBy: ann,
    createdAt,
    metadata: {},
    settings: {},
    rev: 1,
    lastSeq: 0,
  },
  members: [
    {
      roomId,
      userId: ann,
      name: 'ann',
      role: 'owner',
      joinedAt: createdAt,
      lastReadSeq: 0,
      fromSeq: 1,
      rev: 1,
    },
  ],
})
process.send?.({ open: true })

for (let sent = 0; ; ) {
  const size = 1 + (sent % 7)
  // Each message has the size of its batch, so that half a batch would show.
  const content = `${size} from ${round}-${sent}`
  const ops = Array.from({ length: size }, (): Op => {
    const clientId = asClientId(`round-${round}-${String(++sent).padStart(6, '0')}`)
    const id = asMessageId(`m-${clientId}`)
    const actor = { id: ann, name: 'ann', admin: false }
    return { kind: 'send', actor, at: 0, id, clientId, content, type: 'text', replyTo: null }
  })
  const plan = await store.commit(roomId, needOf(ops), (facts) => decide(facts, ops))
  process.send?.({ acked: plan.messages.map((message) => message.clientId) })
}
