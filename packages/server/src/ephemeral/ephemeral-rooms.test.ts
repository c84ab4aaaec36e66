import { describe, expect, test } from 'vitest'
import { testNode } from '../node/test-node'

const clientId = (n: number): string => `client-${String(n).padStart(4, '0')}`
const MINUTE_MS = 60_000

async function live() {
  const node = testNode()
  const ann = await node.device('ann')
  const made = await ann.ask('create-room', { name: 'Live', type: 'ephemeral' })
  const { id: roomId } = made.room as { id: string }
  const send = (n: number) => ann.ask('send-message', { roomId, content: `m${n}`, clientId: clientId(n) })
  return { node, ann, roomId, send }
}

describe('an ephemeral room', () => {
  test('numbers and deduplicates as every room does', async () => {
    const { ann, send, roomId } = await live()
    expect(await send(1)).toMatchObject({ ok: true, message: { seq: 1, rev: 2 } })
    expect(await send(1)).toMatchObject({ ok: true, duplicate: true, message: { seq: 1 } })
    expect(await send(2)).toMatchObject({ ok: true, message: { seq: 2, rev: 3 } })
    const other = { roomId, content: 'other', clientId: clientId(1) }
    expect(await ann.ask('send-message', other)).toMatchObject({ code: 'CLIENT_ID_CONFLICT' })
  })

  test('keeps the last 100; older ones are below the floor of pages and of deltas', async () => {
    const { ann, send, roomId } = await live()
    for (let n = 1; n <= 150; n++) await send(n)
    const page = await ann.ask('fetch-history', { roomId, limit: 200, includeDeleted: true })
    expect(page).toMatchObject({ fromSeq: 51, toSeq: 150, floorSeq: 51, lastSeq: 150 })
    const cursor = { rev: 2, minSeq: 1, maxSeq: 1 }
    const synced = await ann.ask('sync', { rooms: { [roomId]: cursor } })
    expect(synced.rooms).toMatchObject({ [roomId]: { lastSeq: 150, floorSeq: 51, tailFrom: 51 } })
    const gone = await ann.ask('edit-message', { messageId: 'id-00000004', content: 'x' })
    expect(gone).toMatchObject({ code: 'MESSAGE_NOT_FOUND' })
  })

  test('is in the lists of its members, and in no other', async () => {
    const { node, ann, roomId, send } = await live()
    const bob = await node.device('bob')
    await send(1)
    const listOf = async (device: typeof ann) =>
      (
        (await device.ask('sync', { rooms: {}, list: true })).list as {
          room: { id: string }
          unread: number
        }[]
      ).map(({ room, unread }) => [room.id, unread])
    expect(await listOf(bob)).toEqual([])
    await bob.ask('add-member', { roomId })
    await send(2)
    expect(await listOf(bob)).toEqual([[roomId, 1]])
    expect(await bob.ask('mark-read', { roomId, seq: 99 })).toEqual({ ok: true, seq: 3, unread: 0 })
    expect(await listOf(bob)).toEqual([[roomId, 0]])
    expect(await bob.ask('fetch-members', { roomId })).toMatchObject({
      members: [{ userId: 'ann' }, { userId: 'bob', lastReadSeq: 3 }],
    })
  })

  test('stays while a member is connected, and ends ten minutes after the last one', async () => {
    const { node, ann, roomId, send } = await live()
    await send(1)
    await node.clock.pass(60 * MINUTE_MS)
    expect(await send(2)).toMatchObject({ ok: true, message: { seq: 2 } })
    ann.close()
    await node.clock.pass(5 * MINUTE_MS)
    const back = await node.device('ann')
    expect(await back.ask('fetch-history', { roomId })).toMatchObject({ ok: true, lastSeq: 2 })
    back.close()
    await node.clock.pass(15 * MINUTE_MS)
    const late = await node.device('ann')
    expect(await late.ask('fetch-history', { roomId })).toMatchObject({ code: 'ROOM_NOT_FOUND' })
    const cursor = { rev: 1, minSeq: 0, maxSeq: 0 }
    expect(await late.ask('sync', { rooms: { [roomId]: cursor } })).toMatchObject({ removed: [roomId] })
  })

  test('P11: is refused for now to a user who has made too many that still exist', async () => {
    const node = testNode()
    const [ann, bob] = [await node.device('ann'), await node.device('bob')]
    const make = (device: typeof ann) => device.ask('create-room', { name: 'Live', type: 'ephemeral' })
    for (let n = 0; n < 50; n++) expect(await make(ann)).toMatchObject({ ok: true })
    expect(await make(ann)).toMatchObject({ code: 'RATE_LIMITED', limit: 50 })
    expect(await make(bob)).toMatchObject({ ok: true })
    ann.close()
    await node.clock.pass(15 * MINUTE_MS)
    expect(await make(await node.device('ann'))).toMatchObject({ ok: true })
  })
})
