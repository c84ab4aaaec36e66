import { describe, expect, test } from 'vitest'
import { refusal } from '../test-support/model-server'
import { expectConverged, ROOM, World } from '../test-support/testing-world'

describe('2 two sockets send one clientId at once', () => {
  test('both see it sent, and there is one row', async () => {
    const world = new World()
    const tabOne = await world.live('ada', {
      ports: { ids: { clientId: () => 'shared-id-0', random: () => 0 } },
    })
    const tabTwo = await world.live('ada', {
      ports: { ids: { clientId: () => 'shared-id-0', random: () => 0 } },
    })
    const sent = [tabOne.room.send('once'), tabTwo.room.send('once')]
    await world.settle()
    const [one, two] = await Promise.all(sent)
    expect(one?.id).toBe(two?.id)
    expect(world.server.room(ROOM).messages).toHaveLength(1)
    for (const client of [tabOne, tabTwo]) {
      expect(client.room.messages()).toMatchObject([{ content: 'once', status: 'sent' }])
      expectConverged(world, client)
    }
  })
})

describe('3 the confirmation comes', () => {
  const sending = async () => {
    const world = new World()
    const ada = await world.live('ada')
    const sent = ada.room.send('hello')
    const key = sent.clientId
    await world.tick()
    ada.line.take('send-message').run()
    expect(ada.room.messages()).toMatchObject([{ key, status: 'sending' }])
    const confirmed = () => expect(ada.room.messages()).toMatchObject([{ key, status: 'sent', seq: 1 }])
    return { world, ada, sent, confirmed }
  }

  test('by echo first, then by ack', async () => {
    const { world, ada, sent, confirmed } = await sending()
    ada.line.take('changes').run()
    confirmed()
    const shown = ada.room.messages()
    await world.settle()
    confirmed()
    expect(ada.room.messages()).toBe(shown)
    expect((await sent).seq).toBe(1)
    expectConverged(world, ada)
  })

  test('by ack first, then by echo', async () => {
    const { world, ada, sent, confirmed } = await sending()
    ada.line.take('send-message ack').run()
    await world.tick()
    confirmed()
    const shown = ada.room.messages()
    await world.settle()
    expect(ada.room.messages()).toBe(shown)
    expect((await sent).seq).toBe(1)
    expectConverged(world, ada)
  })

  test('by echo only', async () => {
    const { world, ada, sent, confirmed } = await sending()
    ada.line.take('send-message ack')
    await world.settle()
    confirmed()
    expect((await sent).seq).toBe(1)
    await world.rest()
    expect(ada.line.served.filter(({ event }) => event === 'send-message')).toHaveLength(1)
    expectConverged(world, ada)
  })

  test('by ack only', async () => {
    const { world, ada, confirmed } = await sending()
    ada.line.take('changes')
    await world.settle()
    confirmed()
    await world.rest()
    expectConverged(world, ada)
  })

  test('by neither: it is found in the tail', async () => {
    const { world, ada, sent, confirmed } = await sending()
    ada.line.cut()
    expect(ada.room.messages()).toMatchObject([{ status: 'sending' }])
    await world.rest()
    confirmed()
    expect((await sent).seq).toBe(1)
    expect(ada.line.served.filter(({ event }) => event === 'send-message')).toHaveLength(1)
    expectConverged(world, ada)
  })

  test('behind a missing change: shown as sent at once, in its place when that came', async () => {
    const world = new World()
    const ada = await world.live('ada')
    world.server.say(ROOM, 'bob', 'first')
    ada.line.take('changes')
    const sent = ada.room.send('second')
    await world.settle()
    expect(ada.room.messages()).toMatchObject([{ key: sent.clientId, status: 'sent', seq: 2 }])
    await world.rest()
    expect(ada.contents()).toEqual(['first', 'second'])
    expect(ada.room.messages()[1]).toMatchObject({ key: sent.clientId, seq: 2 })
    expectConverged(world, ada)
  })
})

describe('16 delete of a message in flight', () => {
  test('waits for the ack; the line drops after it, and the delete still goes out, once', async () => {
    const world = new World()
    const ada = await world.live('ada')
    const bob = await world.live('bob')
    const sent = ada.room.send('oops')
    await world.tick()
    const deleted = ada.room.delete(sent.clientId)
    expect(ada.room.messages()).toMatchObject([{ key: sent.clientId, deleted: true, content: '' }])
    ada.line.take('send-message').run()
    expect(ada.line.has('delete-message')).toBe(false)
    ada.line.take('send-message ack').run()
    await world.tick()
    expect(ada.line.has('delete-message')).toBe(true)
    ada.line.cut()
    await world.rest()
    await deleted
    expect(world.server.room(ROOM).messages).toMatchObject([{ deleted: true }])
    for (const client of [ada, bob]) {
      expect(client.room.messages()).toMatchObject([{ deleted: true, content: '' }])
      expectConverged(world, client)
    }
    expect(ada.room.messages()[0]).toMatchObject({ key: sent.clientId })
    expect(ada.room.messages()[0]?.changing).toBeUndefined()
  })
})

describe('17 five queued sends', () => {
  test('drop after the second commit, third refused, fifth replies to the third', async () => {
    const world = new World()
    const ada = await world.live('ada')
    const server = world.server.room(ROOM)
    const sent = [ada.room.send('one')]
    await world.settle()
    sent.push(ada.room.send('two'))
    const third = ada.room.send('three')
    const fourth = ada.room.send('four')
    const fifth = ada.room.send({ content: 'five', replyTo: third.clientId })
    await world.tick()
    ada.line.take('send-message').run()
    expect(server.messages).toHaveLength(2)
    ada.line.cut()
    world.server.refuse = (_user, event, content) =>
      event === 'send-message' && content === 'three' ? refusal('MUTED') : undefined
    await world.rest()

    await Promise.all([...sent, fourth])
    await expect(third).rejects.toMatchObject({ code: 'MUTED' })
    await expect(fifth).rejects.toMatchObject({ code: 'MESSAGE_NOT_FOUND' })
    expect(server.messages.map((row) => row.content)).toEqual(['one', 'two', 'four'])
    expect(ada.room.messages().map(({ content, status }) => `${content} ${status}`)).toEqual([
      'one sent',
      'two sent',
      'four sent',
      'three failed',
      'five failed',
    ])

    world.server.refuse = () => undefined
    ada.room.retry(third.clientId)
    await world.settle()
    ada.room.retry(fifth.clientId)
    await world.rest()
    expect(server.messages.map((row) => row.content)).toEqual(['one', 'two', 'four', 'three', 'five'])
    expect(server.messages[4]?.replyTo).toBe(server.messages[3]?.id)
    expectConverged(world, ada)
  })
})
