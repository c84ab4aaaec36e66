import { expect, test } from 'vitest'
import { ROOM, twoPeople } from '../../test-support/two-people'

test('a kind and metadata that this version does not know show as they are, live and in a page', async () => {
  const { world, ada, bob } = await twoPeople()
  const strange = {
    content: 'from the future',
    type: 'hologram',
    metadata: { depth: { of: ['field', null, 1.5] }, '': true },
  }
  void bob.send(strange)
  await world.settle()
  // A device that comes later has it from a first page.
  const late = (await world.addDevice('ada')).room(ROOM)
  void late.open()
  await world.settle()
  for (const room of [ada, late]) expect(room.messages()).toMatchObject([strange])
  // What can be done to any message can be done to it.
  const [first] = ada.messages()
  void ada.react(first?.id ?? '', '👍', 'add')
  const reply = ada.send({ content: 'what is it?', replyTo: first?.id ?? '' })
  await world.expectConverged()
  expect((await reply).replyTo).toBe(first?.id)
  for (const room of [ada, late])
    expect(room.messages()[0]).toMatchObject({ type: 'hologram', reactions: [{ emoji: '👍' }] })
})

test('a client sends any short word as a kind, with its metadata', async () => {
  const { world, ada, bob, until } = await twoPeople()
  const metadata = { options: ['pizza', 'soup'] }
  const sent = ada.send({ content: 'Lunch?', type: 'poll', metadata })
  expect(ada.messages()).toMatchObject([{ type: 'poll', metadata }])
  await until(() => ada.messages()[0]?.status === 'sent')
  expect(await sent).toMatchObject({ type: 'poll', metadata })
  await world.expectConverged()
  expect(bob.messages()).toMatchObject([{ type: 'poll', metadata }])
})
