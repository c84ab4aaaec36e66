import { describe, expect, test } from 'vitest'
import { refusal } from '../../test-support/model-server'
import { expectConverged, ROOM, type TestClient, World } from '../../test-support/testing-world'

/** Online once, so that the room is known, and off the line since. */
const offline = async (): Promise<{ world: World; ada: TestClient }> => {
  const world = new World()
  world.server.say(ROOM, 'bob', 'hello')
  const ada = await world.live('ada')
  ada.line.cut()
  return { world, ada }
}
const sentEvents = ({ line }: TestClient): string[] =>
  line.served.map(({ event }) => event).filter((event) => /message|read/.test(event))
const kinds = (ada: TestClient): string[] => ada.core().entries.map((entry) => entry.kind)

describe('of an unsent message', () => {
  test('an edit changes it, and one message goes out', async () => {
    const { world, ada } = await offline()
    const sent = ada.room.send('draft')
    await ada.room.edit(sent.clientId, 'final')
    expect(ada.room.messages().at(-1)).toMatchObject({ content: 'final', status: 'queued' })
    await world.rest()
    expect(sentEvents(ada)).toEqual(['send-message'])
    expect((await sent).content).toBe('final')
    expectConverged(world, ada)
  })

  test('a delete drops it, with its replies kept and failed', async () => {
    const { world, ada } = await offline()
    const sent = ada.room.send('never mind')
    const reply = ada.room.send({ content: 'as I said', replyTo: sent.clientId })
    await ada.room.delete(sent.clientId)
    await expect(sent).rejects.toMatchObject({ code: 'ABORTED' })
    await expect(reply).rejects.toMatchObject({ code: 'MESSAGE_NOT_FOUND' })
    expect(ada.room.messages().slice(1)).toMatchObject([{ content: 'as I said', status: 'failed' }])
    ada.room.retry(reply.clientId)
    await world.rest()
    expect(world.server.room(ROOM).messages.at(-1)).toMatchObject({ content: 'as I said', replyTo: null })
    expectConverged(world, ada)
  })

  test('cancel answers whether it was in time', async () => {
    const { world, ada } = await offline()
    const early = ada.room.send('early')
    expect(ada.room.cancel(early.clientId)).toBe(true)
    await expect(early).rejects.toMatchObject({ code: 'ABORTED' })
    await world.rest(1_000)
    const late = ada.room.send('late')
    await world.tick()
    expect(ada.room.cancel(late.clientId)).toBe(false)
    await world.settle()
    expect(ada.room.cancel(late.clientId)).toBe(false)
    expect(ada.contents()).toEqual(['hello', 'late'])
  })
})

describe('of a message that is there', () => {
  test('of several edits the last goes out', async () => {
    const { world, ada } = await offline()
    const mine = ada.room.send('mine')
    await world.rest()
    const { id } = await mine
    ada.line.cut()
    const edits = ['a', 'b', 'c'].map((content) => ada.room.edit(id, content))
    expect(ada.room.messages().at(-1)).toMatchObject({ content: 'c', changing: true })
    expect(kinds(ada)).toEqual(['edit'])
    await world.rest()
    await Promise.all(edits)
    expect(sentEvents(ada)).toEqual(['send-message', 'edit-message'])
    expectConverged(world, ada)
  })

  test('a delete takes the place of edits and reactions', async () => {
    const { world, ada } = await offline()
    const mine = ada.room.send('mine')
    await world.rest()
    const { id } = await mine
    ada.line.cut()
    void ada.room.edit(id, 'other')
    void ada.room.react(id, '👍', 'add')
    void ada.room.delete(id)
    expect(kinds(ada)).toEqual(['delete'])
    await world.rest()
    expect(sentEvents(ada)).toEqual(['send-message', 'delete-message'])
    expectConverged(world, ada)
  })

  test('a reaction that is added and removed cancels out, a repeated one is nothing', async () => {
    const { world, ada } = await offline()
    const id = ada.room.messages()[0]?.id ?? ''
    await Promise.all([ada.room.react(id, '👍', 'add'), ada.room.react(id, '👍', 'remove')])
    await ada.room.react(id, '👍', 'remove')
    expect(ada.core().entries).toEqual([])
    void ada.room.react(id, '🎉', 'add')
    await ada.room.react(id, '🎉', 'add')
    expect(ada.room.messages()[0]?.reactions).toMatchObject([{ emoji: '🎉', count: 1, mine: true }])
    await world.rest()
    expect(sentEvents(ada)).toEqual(['react-message'])
    expect(ada.room.messages()[0]?.reactions).toMatchObject([{ emoji: '🎉', count: 1, mine: true }])
  })

  test('❤ and ❤️ are one reaction: counted together, and taken back from another keyboard', async () => {
    const { world, ada } = await offline()
    const id = ada.room.messages()[0]?.id ?? ''
    const reactions = () => ada.room.messages()[0]?.reactions
    world.server.react(ROOM, 'bob', 1, '❤️', 'add')
    await world.rest()
    void ada.room.react(id, '❤', 'add')
    expect(reactions()).toMatchObject([{ emoji: '❤️', count: 2, mine: true }])
    await world.rest()
    // As the row has it: a server of an older version compares byte for byte.
    expect(ada.line.served.at(-1)?.payload).toMatchObject({ emoji: '❤️', op: 'add' })
    expect(reactions()).toMatchObject([{ emoji: '❤️', count: 2, mine: true }])
    void ada.room.react(id, '❤', 'remove')
    expect(reactions()).toMatchObject([{ emoji: '❤️', count: 1 }])
    await world.rest()
    expect(reactions()).toEqual([{ emoji: '❤️', count: 1, users: ['bob'] }])
    expectConverged(world, ada)
  })

  test('offline, ❤️ taken back as ❤ cancels out', async () => {
    const { world, ada } = await offline()
    const id = ada.room.messages()[0]?.id ?? ''
    void ada.room.react(id, '❤️', 'add')
    expect(ada.room.messages()[0]?.reactions).toMatchObject([{ emoji: '❤️', mine: true }])
    await ada.room.react(id, '❤', 'remove')
    expect(ada.room.messages()[0]?.reactions).toEqual([])
    await world.rest()
    expect(sentEvents(ada)).toEqual([])
  })

  test('of several reads the highest goes out, once', async () => {
    const { world, ada } = await offline()
    for (const content of ['two', 'three']) world.server.say(ROOM, 'bob', content)
    await world.rest()
    for (const seq of [1, 3, 2]) ada.room.markRead(seq)
    await world.rest()
    expect(
      ada.line.served.filter(({ event }) => event === 'mark-read').map(({ payload }) => payload),
    ).toEqual([{ roomId: ROOM, seq: 3 }])
  })

  test('a refused edit is taken back, and the message says why', async () => {
    const { world, ada } = await offline()
    await world.rest()
    world.server.refuse = (_user, event) =>
      event === 'edit-message' ? refusal('EDIT_WINDOW_CLOSED') : undefined
    const edited = ada.room.edit(ada.room.messages()[0]?.id ?? '', 'too late')
    expect(ada.contents()).toEqual(['too late'])
    await world.settle()
    await expect(edited).rejects.toMatchObject({ code: 'EDIT_WINDOW_CLOSED' })
    expect(ada.room.messages()[0]).toMatchObject({
      content: 'hello',
      status: 'sent',
      error: { code: 'EDIT_WINDOW_CLOSED' },
    })
  })
})
