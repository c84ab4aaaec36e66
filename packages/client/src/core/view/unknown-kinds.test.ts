import { expect, test } from 'vitest'
import { addMessage } from '../../test-support/model-room'
import { expectConverged, ROOM, World } from '../../test-support/testing-world'

test('a kind and metadata that this version does not know show as they are, live and in a page', async () => {
  const world = new World()
  const strange = {
    content: 'from the future',
    type: 'hologram',
    metadata: { depth: { of: ['field', null, 1.5] }, '': true },
  }
  addMessage(world.server.room(ROOM), 'bob', strange)
  const ada = await world.live('ada')
  world.server.onChange(ROOM, [addMessage(world.server.room(ROOM), 'bob', strange)], 'bob')
  await world.settle()
  expect(ada.room.messages()).toMatchObject([strange, strange])
  // What can be done to any message can be done to it.
  const [first] = ada.room.messages()
  await Promise.all([ada.room.react(first?.id ?? '', '👍', 'add'), world.rest()])
  const reply = ada.room.send({ content: 'what is it?', replyTo: first?.id ?? '' })
  await world.rest()
  expect((await reply).replyTo).toBe(first?.id)
  expect(ada.room.messages()[0]).toMatchObject({ type: 'hologram', reactions: [{ emoji: '👍' }] })
  expectConverged(world, ada)
})

test('of its own a client sends any short word as a kind, with its metadata', async () => {
  const world = new World()
  const ada = await world.live('ada')
  const metadata = { options: ['pizza', 'soup'] }
  const sent = ada.room.send({ content: 'Lunch?', type: 'poll', metadata })
  expect(ada.room.messages()).toMatchObject([{ type: 'poll', metadata, status: 'sending' }])
  await world.rest()
  expect(await sent).toMatchObject({ type: 'poll', metadata })
})
