import { asMessageId, asRoomId, asUserId, type Member, type Room, type UserId } from '@roomful/protocol'
import { decide } from '../../src/core/decide'
import { needOf } from '../../src/core/need'
import type { Op } from '../../src/core/ops'
import { openStore } from '../../src/stores/open-store'
import type { Store } from '../../src/stores/port'

export const ATTACKER = 'eve'
/** Every user of the crowd, to be added to rooms. */
export const PEOPLE = Array.from({ length: 200 }, (_, n) => `u${n}`)
/** A room of long messages, one of deleted ones, one for joins and leaves, and many others. */
export const FAT = 'fat'
export const GRAVES = 'graves'
export const HALL = 'hall'
export const MANY_ROOMS = Array.from({ length: 400 }, (_, n) => `many-${n}`)
const GRAVES_COUNT = 5_000
const FAT_COUNT = 400
const BATCH = 200

const at = Date.UTC(2026, 0, 1)
const createdAt = new Date(at).toISOString()
const eve = { id: asUserId(ATTACKER), name: ATTACKER, admin: false }

/** A database after an ordinary user's long stay; created before the server starts. */
export async function seed(database: string): Promise<void> {
  const store = await openStore(database)
  try {
    for (const id of [ATTACKER, ...PEOPLE]) await store.putUser({ id: asUserId(id), name: id })
    await makeRoom(store, FAT, 'private', [])
    await makeRoom(store, GRAVES, 'private', [])
    await makeRoom(store, HALL, 'public', PEOPLE.slice(0, 100))
    for (const id of MANY_ROOMS) await makeRoom(store, id, 'private', [])
    await apply(store, FAT, sends(FAT, FAT_COUNT, '😀'.repeat(4_000)))
    await apply(store, GRAVES, sends(GRAVES, GRAVES_COUNT, 'gone'))
    const graves = Array.from({ length: GRAVES_COUNT }, (_, n) => asMessageId(`${GRAVES}-${n + 1}`))
    await apply(
      store,
      GRAVES,
      graves.map((messageId) => ({ kind: 'delete', messageId, actor: eve, at })),
    )
  } finally {
    await store.close()
  }
}

function sends(roomId: string, count: number, content: string): Op[] {
  return Array.from({ length: count }, (_, n) => ({
    kind: 'send',
    id: asMessageId(`${roomId}-${n + 1}`),
    actor: eve,
    at,
    content,
    type: 'text',
    replyTo: null,
  }))
}

async function apply(store: Store, roomId: string, ops: readonly Op[]): Promise<void> {
  for (let n = 0; n < ops.length; n += BATCH) {
    const batch = ops.slice(n, n + BATCH)
    await store.commit(asRoomId(roomId), needOf(batch), (facts) => decide(facts, batch))
  }
}

async function makeRoom(
  store: Store,
  name: string,
  type: Room['type'],
  others: readonly string[],
): Promise<void> {
  const id = asRoomId(name)
  const member = (userId: UserId, index: number): Member => ({
    roomId: id,
    userId,
    name: userId,
    role: index === 0 ? 'owner' : 'member',
    joinedAt: createdAt,
    lastReadSeq: 0,
    fromSeq: 1,
    rev: index + 1,
  })
  const members = [eve.id, ...others.map(asUserId)].map(member)
  const facts = { type, metadata: {}, settings: {}, createdBy: eve.id, createdAt }
  const room: Room = { id, name, ...facts, rev: members.length, lastSeq: 0 }
  await store.createRoom({ room, members })
}
