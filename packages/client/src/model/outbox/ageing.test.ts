import { describe, expect, test } from 'vitest'
import { ROOM, texts, twoPeople } from '../../test-support/two-people'

const HOUR_MS = 3_600_000

/** Ada has seen bob's `hello`, and has no network; what is unsent may wait for an hour. */
async function offline(maxUnsentAgeMs = HOUR_MS) {
  const scene = await twoPeople({ client: { maxUnsentAgeMs } })
  const { world, ada, bob, until } = scene
  void bob.send('hello')
  await world.settle()
  await world.advance(1_000)
  const heal = world.faults.partition({ user: 'ada' })
  await until(() => ada.getState().status === 'offline')
  const online = async () => {
    heal()
    await world.expectConverged()
  }
  return { ...scene, online }
}

const ended = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'done',
    ({ code }) => code,
  )

describe('a message that waits longer than the app allows', () => {
  test('is held back and visible as soon as it is too old, also without a connection; a younger one goes out', async () => {
    const { world, chat, ada, bob, online } = await offline()
    const old = ended(ada.send('on my way'))
    await world.advance(HOUR_MS - 1_000)
    const young = ada.send('still there?')
    await world.advance(900)
    expect(ada.messages().map((message) => message.status)).toEqual(['sent', 'queued', 'queued'])
    await world.advance(100)
    expect(await old).toBe('EXPIRED')
    expect(ada.messages()[1]).toMatchObject({ status: 'failed', error: { code: 'EXPIRED', retry: 'never' } })
    expect(chat.getState()).toMatchObject({ unsent: 1, rooms: [{ id: ROOM, failed: 1 }] })
    await online()
    expect((await young).seq).toBe(2)
    expect(texts(bob)).toEqual(['hello', 'still there?'])
  })

  test('goes out after `retry`, whose moment counts as its own', async () => {
    const { world, chat, ada, bob, online } = await offline()
    const { clientId } = ada.send('on my way')
    await world.advance(HOUR_MS)
    ada.retry(clientId)
    await world.advance(HOUR_MS - 120_000)
    expect(ada.messages()[1]).toMatchObject({ status: 'queued' })
    await online()
    expect(ada.messages()[1]).toMatchObject({ status: 'sent', key: clientId })
    expect(chat.getState().rooms).toMatchObject([{ failed: 0 }])
    expect(texts(bob)).toEqual(['hello', 'on my way'])
  })

  test.each(['cancel', 'delete'] as const)('is gone after `%s`', async (how) => {
    const { world, ada, bob, online } = await offline()
    const { clientId } = ada.send('on my way')
    await world.advance(HOUR_MS)
    if (how === 'cancel') expect(ada.cancel(clientId)).toBe(true)
    else await Promise.all([ada.delete(clientId), world.advance(100)])
    expect(texts(ada)).toEqual(['hello'])
    await online()
    expect(texts(bob)).toEqual(['hello'])
  })

  test('can be edited before it is sent after all', async () => {
    const { world, ada, bob, online } = await offline()
    const { clientId } = ada.send('on my way')
    await world.advance(HOUR_MS)
    await Promise.all([ada.edit(clientId, 'sorry, I was offline'), world.advance(100)])
    ada.retry(clientId)
    await online()
    expect(texts(bob)).toEqual(['hello', 'sorry, I was offline'])
  })

  test('counts over a restart, and is still held after the next', async () => {
    const { world, ada, bob, online } = await offline()
    ada.send('on my way')
    // Neither run is as long as that; what passed in the other is known from the server's clock.
    await world.advance(0.6 * HOUR_MS)
    await world.reload('ada')
    await world.advance(0.6 * HOUR_MS)
    await online()
    for (let starts = 0; starts < 2; starts++) {
      const room = world.clients.ada.room(ROOM)
      void room.open()
      await world.settle()
      expect(room.messages()[1]).toMatchObject({ status: 'failed', error: { code: 'EXPIRED' } })
      await world.reload('ada')
    }
    expect(texts(bob)).toEqual(['hello'])
  })

  test('with no limit it never is', async () => {
    const { world, ada, bob, online } = await offline(Number.POSITIVE_INFINITY)
    ada.send('whenever')
    await world.advance(30 * HOUR_MS)
    await online()
    expect(texts(bob)).toEqual(['hello', 'whenever'])
  })

  test('of edits, deletes and reactions there is none: they are of a message that is there', async () => {
    const { world, ada, bob, online } = await offline()
    const reacted = ada.react(ada.messages()[0]?.id ?? '', '👍', 'add')
    await world.advance(10 * HOUR_MS)
    await online()
    await reacted
    expect(bob.messages()[0]?.reactions).toMatchObject([{ emoji: '👍', count: 1 }])
  })
})

describe('one that the server may have', () => {
  /** It is on its way when the line breaks, for two hours; `taken`: the server had it by then. */
  const inDoubt = async (taken: boolean) => {
    const scene = await twoPeople({ client: { maxUnsentAgeMs: HOUR_MS } })
    const { world, ada, bob, until } = scene
    void bob.send('hello')
    await world.settle()
    await world.advance(1_000)
    const request = world.faults.hold('request', 'send-message', { user: 'ada' })
    // The server's answer about it is lost with the connection.
    world.faults.lose({ user: 'ada' })
    world.faults.dropAck('send-message', { user: 'ada' })
    const sent = ada.send('did it?')
    await until(() => request.isThere)
    if (taken) {
      request.release()
      await until(() => bob.messages().length === 2)
    }
    const heal = world.faults.partition({ user: 'ada' })
    await world.advance(2 * HOUR_MS)
    expect(ada.messages()[1]).toMatchObject({ status: 'sending' })
    const online = async () => {
      world.faults.heal()
      heal()
      await world.expectConverged()
    }
    return { ...scene, sent, online }
  }

  test('is sent when the sync finds it there', async () => {
    const { bob, sent, online } = await inDoubt(true)
    await online()
    expect((await sent).seq).toBe(2)
    expect(texts(bob)).toEqual(['hello', 'did it?'])
  })

  test('is held back if it is not there, and `retry` and `cancel` work', async () => {
    const { world, ada, bob, sent, online } = await inDoubt(false)
    const outcome = ended(sent)
    await online()
    expect(await outcome).toBe('EXPIRED')
    expect(ada.messages()[1]).toMatchObject({ status: 'failed', error: { code: 'EXPIRED' } })
    ada.retry(sent.clientId)
    await world.expectConverged()
    expect(texts(bob)).toEqual(['hello', 'did it?'])
    const other = await inDoubt(false)
    await other.online()
    expect(other.ada.cancel(other.sent.clientId)).toBe(true)
    await other.world.expectConverged()
    expect(texts(other.bob)).toEqual(['hello'])
  })

  /** Also what was done to it while it was on its way. */
  const withMore = async () => {
    const scene = await inDoubt(false)
    const { ada, sent, online } = scene
    const outcomes = [
      sent,
      ada.edit(sent.clientId, 'did it, changed'),
      ada.react(sent.clientId, '👍', 'add'),
      ada.send({ content: 'a reply', replyTo: sent.clientId }),
    ].map(ended)
    await online()
    expect(await Promise.all(outcomes)).toEqual(['EXPIRED', 'EXPIRED', 'EXPIRED', 'MESSAGE_NOT_FOUND'])
    return scene
  }

  test('holds what was done to it, which keeps nothing waiting (I11, seeds 501580 and 517737)', async () => {
    const { world, chat, ada, bob, sent } = await withMore()
    await Promise.all([chat.flush(), world.advance(1_000)])
    expect(chat.getState()).toMatchObject({ unsent: 0, rooms: [{ failed: 2 }] })
    ada.retry(sent.clientId)
    await Promise.all([chat.flush(), world.advance(5_000)])
    await world.expectConverged()
    expect(texts(bob)).toEqual(['hello', 'did it, changed'])
  })

  test('takes along what was done to it when it is cancelled', async () => {
    const { world, ada, bob, sent } = await withMore()
    expect(ada.cancel(sent.clientId)).toBe(true)
    await world.expectConverged()
    expect(texts(ada)).toEqual(['hello', 'a reply'])
    expect(texts(bob)).toEqual(['hello'])
  })

  test('is gone when it was deleted while it was on its way', async () => {
    const { ada, bob, sent, online } = await inDoubt(false)
    const deleted = ada.delete(sent.clientId)
    await online()
    await deleted
    expect(texts(ada)).toEqual(['hello'])
    expect(texts(bob)).toEqual(['hello'])
  })
})
