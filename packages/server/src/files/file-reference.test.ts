import { expect, test } from 'vitest'
import { testNode } from '../node/test-node'

async function room() {
  const ann = await testNode().device('ann')
  const made = await ann.ask('create-room', { name: 'Room', type: 'public' })
  const { id: roomId } = made.room as { id: string }
  const show = (type: string, metadata?: object) =>
    ann.ask('send-message', { roomId, content: 'a file', type, ...(metadata ? { metadata } : {}) })
  return { show }
}

test('a server without uploads accepts the ids of files that are stored elsewhere', async () => {
  const { show } = await room()
  expect(await show('file', { fileId: 'https://bucket.example.com/a/b.pdf', pages: 3 })).toMatchObject({
    ok: true,
  })
  expect(await show('image', { fileId: 7 })).toMatchObject({ ok: true })
  expect(await show('image', { width: 10 })).toMatchObject({ ok: true })
  expect(await show('image')).toMatchObject({ ok: true })
})

test('a fileId that no index can hold is refused if it shows a file (P12)', async () => {
  const { show } = await room()
  const long = { fileId: 'x'.repeat(3_800) }
  for (const type of ['file', 'image'])
    expect(await show(type, long)).toMatchObject({ code: 'INVALID_PAYLOAD', field: 'metadata.fileId' })
  expect(await show('poll', long)).toMatchObject({ ok: true })
})
