import { describe, expect, test } from 'vitest'
import { memoryStore } from '../../adapters/memory-store'
import { killable } from '../../test-support/killable-store'
import { expectConverged, ROOM, type TestClient, World } from '../../test-support/testing-world'
import type { ChatError } from '../chat-error'

const HOUR_MS = 3_600_000
const options = { maxUnsentAgeMs: HOUR_MS }

const offline = async (more: object = {}): Promise<{ world: World; ada: TestClient }> => {
  const world = new World()
  world.server.say(ROOM, 'bob', 'hello')
  const ada = await world.live('ada', { ...options, ...more })
  await world.rest(1_000)
  ada.line.silent = true
  ada.line.cut()
  return { world, ada }
}
const online = async (world: World, { line, chat }: TestClient): Promise<void> => {
  line.silent = false
  await world.rest()
  expect(chat.getState().connection.status).toBe('online')
}
const theirs = (world: World): string[] => world.server.room(ROOM).messages.map((row) => row.content)

describe('a message that waits longer than the app allows', () => {
  test('is held back and visible as soon as it is too old, also without a line; a younger one goes out', async () => {
    const { world, ada } = await offline()
    const old = ada.room.send('on my way')
    await world.pass(HOUR_MS - 1)
    const young = ada.room.send('still there?')
    expect(ada.room.messages().map((message) => message.status)).toEqual(['sent', 'queued', 'queued'])
    await world.pass(1)
    await expect(old).rejects.toMatchObject({ code: 'EXPIRED', retry: 'never' })
    expect(ada.room.messages()[1]).toMatchObject({ status: 'failed', error: { code: 'EXPIRED' } })
    expect(ada.chat.getState()).toMatchObject({ unsent: 1, rooms: [{ id: ROOM, failed: 1 }] })
    await online(world, ada)
    expect((await young).seq).toBe(2)
    expect(theirs(world)).toEqual(['hello', 'still there?'])
    expectConverged(world, ada)
  })

  test('goes out after `retry`, whose moment counts as its own', async () => {
    const { world, ada } = await offline()
    const { clientId } = ada.room.send('on my way')
    await world.pass(HOUR_MS)
    ada.room.retry(clientId)
    await world.pass(HOUR_MS - 120_000)
    expect(ada.room.messages()[1]).toMatchObject({ status: 'queued' })
    await online(world, ada)
    expect(ada.room.messages()[1]).toMatchObject({ status: 'sent', key: clientId })
    expect(ada.chat.getState().rooms).toMatchObject([{ failed: 0 }])
    expect(theirs(world)).toEqual(['hello', 'on my way'])
  })

  test.each(['cancel', 'delete'] as const)('is gone after `%s`', async (how) => {
    const { world, ada } = await offline()
    const { clientId } = ada.room.send('on my way')
    await world.pass(HOUR_MS)
    if (how === 'cancel') expect(ada.room.cancel(clientId)).toBe(true)
    else await ada.room.delete(clientId)
    expect(ada.contents()).toEqual(['hello'])
    await online(world, ada)
    expect(theirs(world)).toEqual(['hello'])
    expectConverged(world, ada)
  })

  test('can be edited before it is sent after all', async () => {
    const { world, ada } = await offline()
    const { clientId } = ada.room.send('on my way')
    await world.pass(HOUR_MS)
    await ada.room.edit(clientId, 'sorry, I was offline')
    ada.room.retry(clientId)
    await online(world, ada)
    expect(theirs(world)).toEqual(['hello', 'sorry, I was offline'])
  })

  test('counts over a restart, and is still held after the next', async () => {
    const disk = memoryStore()
    const { world, ada } = await offline({ storage: disk })
    ada.room.send('on my way')
    await world.pass(1_000)
    await ada.chat.close()
    await world.pass(HOUR_MS)
    const start = async (): Promise<TestClient> => {
      const store = killable(disk)
      const next = world.client('ada', { ...options, storage: store })
      void next.room.open()
      await world.rest()
      expect(next.room.messages()[1]).toMatchObject({ status: 'failed', error: { code: 'EXPIRED' } })
      store.kill()
      next.line.cut()
      return next
    }
    await start()
    await start()
    expect(theirs(world)).toEqual(['hello'])
  })

  test('with no limit it never is', async () => {
    const { world, ada } = await offline({ maxUnsentAgeMs: Number.POSITIVE_INFINITY })
    ada.room.send('whenever')
    await world.pass(1_000 * HOUR_MS)
    await online(world, ada)
    expect(theirs(world)).toEqual(['hello', 'whenever'])
  })

  test('of edits, deletes and reactions there is none: they are of a message that is there', async () => {
    const { world, ada } = await offline()
    const id = ada.room.messages()[0]?.id ?? ''
    const reacted = ada.room.react(id, '👍', 'add')
    await world.pass(10 * HOUR_MS)
    await online(world, ada)
    await reacted
    expect(world.server.room(ROOM).messages[0]?.reactions).toMatchObject([{ emoji: '👍', count: 1 }])
  })
})

describe('one that the server may have', () => {
  /** It is on its way when the line breaks; `taken`: the server had it by then. */
  const inDoubt = async (taken: boolean) => {
    const world = new World()
    world.server.say(ROOM, 'bob', 'hello')
    const ada = await world.live('ada', options)
    await world.rest(1_000)
    const sent = ada.room.send('did it?')
    await world.tick()
    const request = ada.line.take('send-message')
    if (taken) request.run()
    ada.line.silent = true
    ada.line.cut()
    await world.pass(2 * HOUR_MS)
    expect(ada.room.messages()[1]).toMatchObject({ status: 'sending' })
    return { world, ada, sent }
  }

  test('is sent when the sync finds it there', async () => {
    const { world, ada, sent } = await inDoubt(true)
    await online(world, ada)
    expect((await sent).seq).toBe(2)
    expect(theirs(world)).toEqual(['hello', 'did it?'])
    expectConverged(world, ada)
  })

  test('is held back when it is not there, and `retry` and `cancel` do what they say', async () => {
    const { world, ada, sent } = await inDoubt(false)
    await online(world, ada)
    await expect(sent).rejects.toMatchObject({ code: 'EXPIRED' })
    expect(ada.room.messages()[1]).toMatchObject({ status: 'failed', error: { code: 'EXPIRED' } })
    ada.room.retry(sent.clientId)
    await world.rest()
    expect(theirs(world)).toEqual(['hello', 'did it?'])
    const other = await inDoubt(false)
    await online(other.world, other.ada)
    expect(other.ada.room.cancel(other.sent.clientId)).toBe(true)
    await other.world.rest()
    expect(theirs(other.world)).toEqual(['hello'])
    expectConverged(other.world, other.ada)
  })

  /** Also what was done to it while it was on its way. */
  const withMore = async () => {
    const { world, ada, sent } = await inDoubt(false)
    const edit = ada.room.edit(sent.clientId, 'did it, changed').then(
      () => 'edited',
      ({ code }: ChatError) => code,
    )
    const react = ada.room.react(sent.clientId, '👍', 'add')
    const reply = ada.room.send({ content: 'a reply', replyTo: sent.clientId })
    await online(world, ada)
    await expect(sent).rejects.toMatchObject({ code: 'EXPIRED' })
    await expect(react).rejects.toMatchObject({ code: 'EXPIRED' })
    await expect(reply).rejects.toMatchObject({ code: 'MESSAGE_NOT_FOUND' })
    expect(await edit).toBe('EXPIRED')
    return { world, ada, sent }
  }

  test('holds what was done to it, which keeps nothing waiting (I11, seeds 501580 and 517737)', async () => {
    const { world, ada, sent } = await withMore()
    await ada.chat.flush()
    expect(ada.chat.getState()).toMatchObject({ unsent: 0, rooms: [{ failed: 2 }] })
    ada.room.retry(sent.clientId)
    const flushed = ada.chat.flush()
    await world.rest()
    await flushed
    expect(theirs(world)).toEqual(['hello', 'did it, changed'])
    expectConverged(world, ada)
  })

  test('takes along what was done to it when it is cancelled', async () => {
    const { world, ada, sent } = await withMore()
    expect(ada.room.cancel(sent.clientId)).toBe(true)
    await world.rest()
    expect(ada.contents()).toEqual(['hello', 'a reply'])
    expect(theirs(world)).toEqual(['hello'])
  })

  test('is gone when it was deleted while it was on its way', async () => {
    const { world, ada, sent } = await inDoubt(false)
    const deleted = ada.room.delete(sent.clientId)
    await online(world, ada)
    await deleted
    expect(ada.contents()).toEqual(['hello'])
    expect(theirs(world)).toEqual(['hello'])
  })
})
