import { describe, expect, test } from 'vitest'
import { testNode } from './test-node'

type Answer = Record<string, unknown>
const idOf = (answer: Answer, row: string): string => (answer[row] as { id: string }).id

describe('a report', () => {
  test('of a message from before the member came is MESSAGE_NOT_FOUND, as of none (P9)', async () => {
    const node = testNode()
    const [ann, bob] = [await node.device('ann'), await node.device('bob')]
    const made = await ann.ask('create-room', { name: 'Room', type: 'private', members: ['bob'] })
    const roomId = idOf(made, 'room')
    await ann.ask('remove-member', { roomId, userId: 'bob' })
    const messageId = idOf(await ann.ask('send-message', { roomId, content: 'behind the back' }), 'message')
    await ann.ask('add-member', { roomId, userId: 'bob' })
    const hidden = await bob.ask('report-message', { messageId })
    const missing = await bob.ask('report-message', { messageId: 'no-such-message' })
    expect(hidden).toMatchObject({ ok: false, code: 'MESSAGE_NOT_FOUND' })
    expect({ ...hidden, requestId: '' }).toEqual({ ...missing, requestId: '' })
    const seen = idOf(await ann.ask('send-message', { roomId, content: 'in the open' }), 'message')
    expect(await bob.ask('report-message', { messageId: seen })).toMatchObject({ ok: true })
  })
})

test('the edit window of a room can be taken away again', async () => {
  const node = testNode()
  const ann = await node.device('ann')
  const roomId = idOf(await ann.ask('create-room', { name: 'Room', type: 'public' }), 'room')
  const messageId = idOf(await ann.ask('send-message', { roomId, content: 'old' }), 'message')
  const set = (settings: object) => ann.ask('update-room', { roomId, settings })
  await set({ editWindowSeconds: 60, slowModeSeconds: 0 })
  await node.clock.pass(61_000)
  expect(await ann.ask('edit-message', { messageId, content: 'new' })).toMatchObject({
    code: 'EDIT_WINDOW_CLOSED',
  })
  const unset = await set({ editWindowSeconds: null })
  expect(unset.room).toMatchObject({ settings: { slowModeSeconds: 0 } })
  expect(unset.room).not.toHaveProperty('settings.editWindowSeconds')
  expect(await ann.ask('edit-message', { messageId, content: 'new' })).toMatchObject({ ok: true })
  // A second time changes nothing, and takes no rev.
  const again = await set({ editWindowSeconds: null })
  expect(again.room).toMatchObject({ rev: (unset.room as { rev: number }).rev + 1 })
})
