import { asUserId, LIMITS } from '@roomful/protocol'
import { expect, test } from 'vitest'
import { commitOps, deleteOp, newRoom, say, sendOp, unreadOf } from '../contract/contract-room'
import type { Store } from '../port'
import { UNREAD_SCAN_ROWS } from './unread-scan'

/** Unread far behind the head, which the SQL stores count in another way. Call `store()` within tests only. */
export function farUnreadContract(store: () => Store): void {
  test('unread is exact behind a long run of own messages (I13)', async () => {
    const roomId = await newRoom(store(), { roles: { bot: 'owner', bob: 'member', cid: 'member' } })
    await say(store(), roomId, 'bob', 'read')
    await store().markRead(roomId, asUserId('bot'), 1)
    const near = await say(store(), roomId, 'bob', 'near')
    const own = Array.from({ length: UNREAD_SCAN_ROWS + 50 }, (_, index) => sendOp('bot', `report ${index}`))
    await commitOps(store(), roomId, own)
    expect(await unreadOf(store(), 'bot', roomId)).toBe(1)
    await commitOps(store(), roomId, [sendOp('cid', 'far'), sendOp('bob', 'far'), sendOp('bot', 'mine')])
    expect(await unreadOf(store(), 'bot', roomId)).toBe(3)
    await commitOps(store(), roomId, [deleteOp('bob', near)])
    expect(await unreadOf(store(), 'bot', roomId)).toBe(2)
    expect(await unreadOf(store(), 'cid', roomId)).toBe(LIMITS.unreadCap)

    const many = Array.from({ length: LIMITS.unreadCap }, () => sendOp('cid', 'far'))
    await commitOps(store(), roomId, many)
    expect(await unreadOf(store(), 'bot', roomId)).toBe(LIMITS.unreadCap)
    expect(await store().markRead(roomId, asUserId('bot'), UNREAD_SCAN_ROWS + 60)).toMatchObject({
      unread: 95,
    })
  })
}
