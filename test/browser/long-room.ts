import { asRoomId, asUserId } from '@roomful/protocol'
import { createMemoryStore } from '@roomful/server'
import { createTestServer, type TestServer } from '@roomful/testing/node'
import { commitOps, newRoom, sendOp } from '../../packages/server/src/stores/contract/contract-room'
import { WEB_CHAT } from '../integration/roomful-command'

/** The first message: noon of 2026-01-01, UTC. The others follow, one a minute. */
export const FIRST_AT = Date.UTC(2026, 0, 1, 12)
export const timeOf = (seq: number): Date => new Date(FIRST_AT + (seq - 1) * 60_000)
export const textOf = (seq: number): string =>
  seq % 10 === 0
    ? `message ${seq}, ${'with more to read than fits on one line, '.repeat(8)}`
    : `message ${seq}`
const BATCH = 200

/** The web chat before a room `general` of so many messages by two others, of several heights. */
export async function longRoom(messages: number, site: string = WEB_CHAT): Promise<TestServer> {
  const store = createMemoryStore()
  const roomId = asRoomId('general')
  await newRoom(store, {
    id: roomId,
    name: 'general',
    type: 'public',
    roles: { ann: 'owner', bob: 'member' },
  })
  for (let sent = 0; sent < messages; sent += BATCH) {
    const ops = Array.from({ length: Math.min(BATCH, messages - sent) }, (_, i) => {
      const seq = sent + i + 1
      return sendOp(seq % 3 === 0 ? 'bob' : 'ann', textOf(seq), { at: timeOf(seq).getTime() })
    })
    await commitOps(store, roomId, ops)
  }
  await store.markRead(roomId, asUserId('ann'), messages)
  return createTestServer({ static: site, store })
}
