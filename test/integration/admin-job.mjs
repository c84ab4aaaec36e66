// A backend's job as its team writes it: it keeps nothing, and begins anew when it is started again. The test kills it.
import { createAdmin } from '@roomful/admin'

const { URL: url = '', API_KEY: apiKey = '' } = process.env
const USERS = 1_000
const ROOMS = 200
const MESSAGES_A_ROOM = 50
const AT_ONCE = 8

const admin = createAdmin({ url, apiKey })
const userId = (/** @type {number} */ n) => `user-${n}`

await admin.users.upsertMany({
  users: Array.from({ length: USERS }, (_, n) => ({ id: userId(n), name: `User ${n}` })),
})
process.send?.({ rooms: 0 })

let next = 0
let done = 0
await Promise.all(Array.from({ length: AT_ONCE }, work))

async function work() {
  while (next < ROOMS) {
    const room = next++
    const roomId = `order-${room}`
    await admin.rooms.upsert({ roomId, name: `Order ${room}`, type: 'private', metadata: { order: room } })
    const people = Array.from({ length: 5 }, (_, n) => userId(room * 5 + n))
    await admin.members.addMany({ roomId, members: people.map((id) => ({ userId: id })), silent: true })
    // The first half one by one, the rest together.
    const half = MESSAGES_A_ROOM / 2
    const drafts = Array.from({ length: MESSAGES_A_ROOM }, (_, n) => ({
      kind: 'step',
      content: `Step ${n} of order ${room}`,
      metadata: { step: n },
      clientId: `order-${room}-step-${n}`,
    }))
    for (const draft of drafts.slice(0, half)) await admin.messages.sendSystem({ roomId, ...draft })
    await admin.messages.sendSystemMany({ roomId, messages: drafts.slice(half) })
    const hello = { content: 'Any questions?', clientId: `order-${room}-hello` }
    await admin.messages.send({ roomId, userId: userId(room * 5), ...hello })
    process.send?.({ rooms: ++done })
  }
}
process.disconnect?.()
