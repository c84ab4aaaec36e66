import { asUserId } from '@roomful/protocol'
import { expect, test } from 'vitest'
import { testNode } from '../node/test-node'
import { MemoryStore } from '../stores/memory/memory-store'
import { awayEphemeral } from './away-ephemeral'

test('where there can be no ephemeral rooms, all that is not about them works', async () => {
  const { device, node } = testNode({ store: new MemoryStore({}), ephemeral: awayEphemeral() })
  const ann = await device('ann')
  expect(await ann.ask('create-room', { name: 'Live', type: 'ephemeral' })).toMatchObject({
    code: 'UNAVAILABLE',
  })
  expect(await ann.ask('report-message', { messageId: 'missing' })).toMatchObject({
    code: 'MESSAGE_NOT_FOUND',
  })
  const synced = await ann.ask('sync', { rooms: {}, list: true })
  expect(synced).toMatchObject({ ok: true })
  expect(synced).not.toHaveProperty('listPartial')
  const found = await node.services.store.read(async (reader) => [
    await reader.isFileShown('file-1'),
    await reader.roomsOf(asUserId('ann'), { limit: 10 }),
  ])
  expect(found).toEqual([false, []])
})
