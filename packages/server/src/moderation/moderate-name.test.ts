import { asUserId } from '@roomful/protocol'
import { expect, test } from 'vitest'
import { testNode } from '../node/test-node'
import type { Draft, Hooks } from './hooks'

const beforeSend: Hooks['beforeSend'] = ({ kind, content }) => {
  if (!kind.endsWith('-name')) return undefined
  if (content.includes('broken')) throw new Error('the filter is down')
  if (content.includes('spam')) return { refuse: 'No adverts here' }
  return content.includes('darn') ? { content: content.replace('darn', '****\u001b') } : undefined
}
const REFUSED = { ok: false, code: 'REFUSED', field: 'name', reason: 'No adverts here' }

test('the name of a new room is refused or replaced', async () => {
  const drafts: Draft[] = []
  const node = testNode({
    hooks: { beforeSend: (draft) => beforeSend?.(drafts[drafts.push(draft) - 1] ?? draft) },
  })
  const ann = await node.device('ann')
  const create = (name: string) => ann.ask('create-room', { name, type: 'public' })
  expect(await create('spam')).toMatchObject(REFUSED)
  expect(await create('broken')).toMatchObject({ ok: false, code: 'UNAVAILABLE' })
  const made = await create('darn cats')
  expect(made).toMatchObject({ ok: true, room: { name: '**** cats' } })
  const { id: roomId } = made.room as { id: string }
  const user = { id: 'ann', name: 'ann' }
  expect(drafts.at(-1)).toEqual({ kind: 'room-name', roomId, user, content: 'darn cats', type: 'name' })
  const { rooms } = await ann.ask('list-rooms', {})
  expect(rooms).toHaveLength(1)
})

test('so is the new name of a room, and other changes of it are not asked about', async () => {
  const { device } = testNode({ hooks: { beforeSend } })
  const ann = await device('ann')
  const made = await ann.ask('create-room', { name: 'Room', type: 'public' })
  const { id: roomId } = made.room as { id: string }
  expect(await ann.ask('update-room', { roomId, name: 'spam' })).toMatchObject(REFUSED)
  expect(await ann.ask('update-room', { roomId, name: 'darn' })).toMatchObject({ room: { name: '****' } })
  const settings = { readOnly: true }
  expect(await ann.ask('update-room', { roomId, settings })).toMatchObject({ room: { settings } })
})

test('a user whose first name is refused does not get in, and learns why', async () => {
  const { device, node } = testNode({ hooks: { beforeSend } })
  await expect(device('eve?name=spam')).rejects.toThrow('REFUSED')
  const refusal = await node.admit({ token: 'eve?name=spam', protocol: 2 })
  expect(refusal).toEqual({ ok: false, code: 'REFUSED', field: 'name', reason: 'No adverts here' })
  expect(await node.services.store.read((reader) => reader.user(asUserId('eve')))).toBeUndefined()
})

test('a known user whose new name is refused, or cannot be checked, keeps the old one', async () => {
  const { device, node } = testNode({ hooks: { beforeSend } })
  const ann = await device('ann?name=Ann')
  for (const name of ['spam', 'broken']) {
    await device(`ann?name=${name}`)
    expect(await ann.ask('refresh-token', { token: `ann?name=${name}` })).toMatchObject({ ok: true })
    expect(await node.services.store.read((reader) => reader.user(asUserId('ann')))).toMatchObject({
      name: 'Ann',
    })
  }
  await device('ann?name=darn')
  expect(await node.services.store.read((reader) => reader.user(asUserId('ann')))).toMatchObject({
    name: '****',
  })
})
