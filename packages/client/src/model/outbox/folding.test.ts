import { createTestWorld } from '@roomful/testing'
import { describe, expect, test } from 'vitest'

const ROOM = 'general'

/** Ada has a room with one message of bob's, and has lost the network since. */
async function offline() {
  const world = await createTestWorld({ users: ['ada', 'bob'] })
  const [ada, bob] = [world.clients.ada.room(ROOM), world.clients.bob.room(ROOM)]
  for (const room of [ada, bob]) void room.open()
  await world.settle()
  void bob.send('hello')
  await world.settle()
  const loseNetwork = async () => {
    const heal = world.faults.partition({ user: 'ada' })
    while (ada.getState().status !== 'offline') await world.advance(10)
    return async () => {
      heal()
      await world.expectConverged()
    }
  }
  const changes = (): string[] =>
    world
      .requests('ada')
      .map(({ event }) => event)
      .filter((event) => /message|read/.test(event))
  /** What is done, and the disk has taken. */
  const done = async <T>(...calls: Promise<T>[]): Promise<T[]> => {
    const [values] = await Promise.all([Promise.all(calls), world.advance(100)])
    return values
  }
  return { world, ada, bob, changes, done, loseNetwork, online: await loseNetwork() }
}

describe('of an unsent message', () => {
  test('an edit changes it, and one message goes out', async () => {
    const { ada, bob, changes, done, online } = await offline()
    const sent = ada.send('draft')
    await done(ada.edit(sent.clientId, 'final'))
    expect(ada.messages().at(-1)).toMatchObject({ content: 'final', status: 'queued' })
    await online()
    expect(changes()).toEqual(['send-message'])
    expect((await sent).content).toBe('final')
    expect(bob.messages().at(-1)?.content).toBe('final')
  })

  test('a delete drops it, with its replies kept and failed', async () => {
    const { world, ada, bob, done, online } = await offline()
    const sent = ada.send('never mind')
    const reply = ada.send({ content: 'as I said', replyTo: sent.clientId })
    const refused = [sent, reply].map((one) => one.catch((error: unknown) => error))
    await done(ada.delete(sent.clientId))
    expect(await Promise.all(refused)).toMatchObject([{ code: 'ABORTED' }, { code: 'MESSAGE_NOT_FOUND' }])
    expect(ada.messages().slice(1)).toMatchObject([{ content: 'as I said', status: 'failed' }])
    ada.retry(reply.clientId)
    await online()
    await world.settle()
    expect(bob.messages().at(-1)).toMatchObject({ content: 'as I said', replyTo: null })
  })

  test('cancel answers whether it was in time', async () => {
    const { world, ada, online } = await offline()
    const early = ada.send('early')
    const refused = early.catch((error: unknown) => error)
    expect(ada.cancel(early.clientId)).toBe(true)
    expect(await refused).toMatchObject({ code: 'ABORTED' })
    await online()
    const held = world.faults.hold('answer', 'send-message', { user: 'ada' })
    const late = ada.send('late')
    while (!held.isThere) await world.advance(1)
    expect(ada.cancel(late.clientId)).toBe(false)
    held.release()
    await world.settle()
    expect(ada.cancel(late.clientId)).toBe(false)
    expect(ada.messages().map(({ content }) => content)).toEqual(['hello', 'late'])
  })
})

describe('of a message that is there', () => {
  /** Online, with a message of ada's; then off the network again. */
  async function withMine() {
    const scene = await offline()
    const mine = scene.ada.send('mine')
    await scene.online()
    const { id } = await mine
    return { ...scene, id, online: await scene.loseNetwork() }
  }

  test('of several edits the last goes out', async () => {
    const { ada, bob, changes, id, online } = await withMine()
    const edits = ['a', 'b', 'c'].map((content) => ada.edit(id, content))
    expect(ada.messages().at(-1)).toMatchObject({ content: 'c', changing: true })
    await online()
    await Promise.all(edits)
    expect(changes()).toEqual(['send-message', 'edit-message'])
    expect(bob.messages().at(-1)?.content).toBe('c')
  })

  test('a delete takes the place of edits and reactions', async () => {
    const { ada, bob, changes, id, online } = await withMine()
    void ada.edit(id, 'other')
    void ada.react(id, '👍', 'add')
    void ada.delete(id)
    await online()
    expect(changes()).toEqual(['send-message', 'delete-message'])
    expect(bob.messages().at(-1)?.deleted).toBe(true)
  })

  test('a reaction that is added and removed cancels out, a repeated one is nothing', async () => {
    const { ada, changes, done, online } = await offline()
    const id = ada.messages()[0]?.id ?? ''
    await done(ada.react(id, '👍', 'add'), ada.react(id, '👍', 'remove'))
    await done(ada.react(id, '👍', 'remove'))
    expect(ada.messages()[0]).toMatchObject({ reactions: [] })
    expect(ada.messages()[0]?.changing).toBeUndefined()
    void ada.react(id, '🎉', 'add')
    await done(ada.react(id, '🎉', 'add'))
    expect(ada.messages()[0]?.reactions).toMatchObject([{ emoji: '🎉', count: 1, mine: true }])
    await online()
    expect(changes()).toEqual(['react-message'])
    expect(ada.messages()[0]?.reactions).toMatchObject([{ emoji: '🎉', count: 1, mine: true }])
  })

  test('❤ and ❤️ are one reaction: counted together, and taken back from another keyboard', async () => {
    const { world, ada, bob, online } = await offline()
    await online()
    const id = ada.messages()[0]?.id ?? ''
    const reactions = () => ada.messages()[0]?.reactions
    void bob.react(id, '❤️', 'add')
    await world.settle()
    void ada.react(id, '❤', 'add')
    expect(reactions()).toMatchObject([{ emoji: '❤️', count: 2, mine: true }])
    await world.settle()
    // As the row has it: a server of an older version compares byte for byte.
    expect(world.requests('ada').at(-1)?.payload).toMatchObject({ emoji: '❤️', op: 'add' })
    expect(reactions()).toMatchObject([{ emoji: '❤️', count: 2, mine: true }])
    void ada.react(id, '❤', 'remove')
    expect(reactions()).toMatchObject([{ emoji: '❤️', count: 1 }])
    await world.expectConverged()
    expect(reactions()).toEqual([{ emoji: '❤️', count: 1, users: ['bob'] }])
  })

  test('offline, ❤️ taken back as ❤ cancels out', async () => {
    const { ada, changes, done, online } = await offline()
    const id = ada.messages()[0]?.id ?? ''
    void ada.react(id, '❤️', 'add')
    expect(ada.messages()[0]?.reactions).toMatchObject([{ emoji: '❤️', mine: true }])
    await done(ada.react(id, '❤', 'remove'))
    expect(ada.messages()[0]?.reactions).toEqual([])
    await online()
    expect(changes()).toEqual([])
  })

  test('of several reads the highest goes out, once', async () => {
    const { world, ada, bob, online } = await offline()
    for (const content of ['two', 'three']) void bob.send(content)
    await online()
    for (const seq of [1, 3, 2]) ada.markRead(seq)
    await world.settle()
    const reads = world.requests('ada').filter(({ event }) => event === 'mark-read')
    expect(reads.map(({ payload }) => payload)).toEqual([{ roomId: ROOM, seq: 3 }])
  })

  test('a refused edit is reverted, and the message has the reason', async () => {
    const { world, ada, id } = await withMine()
    world.faults.heal()
    await world.settle()
    world.faults.refuse('edit-message', 'EDIT_WINDOW_CLOSED', { user: 'ada' })
    const refused = ada.edit(id, 'too late').catch((error: unknown) => error)
    expect(ada.messages().at(-1)?.content).toBe('too late')
    await world.settle()
    expect(await refused).toMatchObject({ code: 'EDIT_WINDOW_CLOSED' })
    expect(ada.messages().at(-1)).toMatchObject({
      content: 'mine',
      status: 'sent',
      error: { code: 'EDIT_WINDOW_CLOSED' },
    })
  })
})
