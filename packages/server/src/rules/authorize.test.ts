import { describe, expect, test } from 'vitest'
import { flushPromises, testNode } from '../node/test-node'
import type { Authorization, Authorize, AuthorizedAct, AuthorizedAction } from './authorize'

type Call = { action: AuthorizedAction } & AuthorizedAct

const message = (n: number, content = 'text') => ({
  content,
  clientId: `client-${String(n).padStart(4, '0')}`,
})

/** A public room of ann and bob; `answer` may be replaced while it runs, and is called from then on. */
async function scene() {
  const calls: Call[] = []
  const app: { answer: Authorize } = { answer: () => true }
  const node = testNode({
    authorize: (action, act) => {
      calls.push({ action, ...act })
      return app.answer(action, act)
    },
  })
  const [ann, bob, eve] = [await node.device('ann'), await node.device('bob'), await node.device('eve')]
  const made = await ann.ask('create-room', { name: 'Room', type: 'public', members: ['bob'] })
  const { id: roomId } = made.room as { id: string }
  const sent = await ann.ask('send-message', { roomId, ...message(1) })
  const { id: messageId } = sent.message as { id: string }
  calls.length = 0
  const actions = () => calls.map(({ action }) => action)
  return { ...node, app, calls, actions, ann, bob, eve, roomId, messageId }
}

const denying =
  (wanted: AuthorizedAction, answer: Authorization = { deny: 'Not today' }): Authorize =>
  (action) =>
    action === wanted ? answer : true
const REFUSED = { ok: false, code: 'REFUSED', retry: 'never', reason: 'Not today', error: 'Not today' }

describe('an app’s authorize', () => {
  test('is asked once an act, with who, where, whom and what', async () => {
    const { ann, calls, roomId, messageId } = await scene()
    await ann.ask('edit-message', { messageId, content: 'better' })
    await ann.ask('ban-member', { roomId, userId: 'bob' })
    await ann.ask('create-room', { name: 'Other', type: 'private', members: ['eve'] })
    const user = { id: 'ann', name: 'ann', admin: false }
    expect(calls).toMatchObject([
      {
        action: 'edit-own',
        user,
        room: { id: roomId, name: 'Room' },
        message: { id: messageId, content: 'text' },
      },
      { action: 'ban', user, room: { id: roomId }, target: 'bob' },
      { action: 'create-room', user, room: { name: 'Other', type: 'private' }, members: ['eve'] },
    ])
  })

  test('is never passed by where a role changes while the act is on its way', async () => {
    const { app, ann, bob, roomId, node } = await scene()
    app.answer = denying('update-room')
    const { store } = node.services
    const { read } = store
    store.read = async (reads) => {
      const found = await read.call(store, reads)
      store.read = read
      await ann.ask('set-role', { roomId, userId: 'bob', role: 'admin' })
      return found as never
    }
    const rename = { roomId, metadata: { topic: 'mine' } }
    expect(await bob.ask('update-room', rename)).toMatchObject({ ok: false, code: 'UNAVAILABLE' })
    expect(await bob.ask('update-room', rename)).toMatchObject(REFUSED)
  })

  test('refuses with a reason that the user sees, and nothing happens', async () => {
    const { app, ann, bob, roomId, messageId } = await scene()
    app.answer = () => ({ deny: 'Not today' })
    expect(await bob.ask('send-message', { roomId, ...message(2) })).toMatchObject(REFUSED)
    expect(await ann.ask('delete-message', { messageId })).toMatchObject(REFUSED)
    expect(await ann.ask('add-member', { roomId, userId: 'eve' })).toMatchObject(REFUSED)
    expect(await ann.ask('open-dm', { userIds: ['bob'] })).toMatchObject(REFUSED)
    app.answer = () => false
    const bare = await ann.ask('update-room', { roomId, name: 'New' })
    expect(bare).toMatchObject({ ok: false, code: 'REFUSED', error: 'The app does not permit this' })
    expect(bare).not.toHaveProperty('reason')
    app.answer = () => true
    const { messages, lastSeq } = await ann.ask('fetch-history', { roomId })
    expect({ messages, lastSeq }).toMatchObject({ messages: [{ content: 'text' }], lastSeq: 1 })
  })

  test('permits nothing that the table does not, and is not asked about it', async () => {
    const { ann, bob, eve, actions, roomId, messageId } = await scene()
    const hidden = (await ann.ask('create-room', { name: 'Hidden', type: 'private' })).room as { id: string }
    expect(await bob.ask('ban-member', { roomId, userId: 'ann' })).toMatchObject({ code: 'FORBIDDEN' })
    expect(await eve.ask('fetch-history', { roomId: hidden.id })).toMatchObject({ code: 'ROOM_NOT_FOUND' })
    expect(await eve.ask('edit-message', { messageId, content: 'x' })).toMatchObject({
      code: 'MESSAGE_NOT_FOUND',
    })
    expect(await eve.ask('send-message', { roomId: 'none', ...message(2) })).toMatchObject({
      code: 'ROOM_NOT_FOUND',
    })
    expect(actions()).toEqual(['create-room'])
  })

  test('that throws, hangs, or answers nothing permits nothing, for now', async () => {
    const { app, clock, ann, roomId, logged } = await scene()
    app.answer = () => Promise.reject(new Error('the app is down'))
    expect(await ann.ask('send-message', { roomId, ...message(2, 'secret') })).toMatchObject({
      ...{ code: 'INTERNAL', retry: 'after' },
    })
    app.answer = (() => undefined) as unknown as Authorize
    expect(await ann.ask('send-message', { roomId, ...message(2, 'secret') })).toMatchObject({
      code: 'INTERNAL',
    })
    app.answer = (() => ({ allow: 'yes' })) as unknown as Authorize
    expect(await ann.ask('update-room', { roomId, name: 'New' })).toMatchObject({ code: 'INTERNAL' })
    app.answer = () => new Promise(() => {})
    const hanging = ann.ask('send-message', { roomId, ...message(2, 'secret') })
    await clock.pass(5_000)
    expect(await hanging).toMatchObject({ code: 'UNAVAILABLE', retry: 'after' })
    expect(logged).toHaveLength(4)
    expect(JSON.stringify(logged)).not.toContain('secret')
    app.answer = () => true
    expect(await ann.ask('send-message', { roomId, ...message(2) })).toMatchObject({ message: { seq: 2 } })
  })

  test('is asked once for a batch', async () => {
    const { app, ann, actions, roomId } = await scene()
    const messages = [message(2), message(3), message(4)]
    app.answer = denying('send')
    const { results } = await ann.ask('send-messages', { roomId, messages })
    expect(results).toMatchObject([REFUSED, REFUSED, REFUSED])
    expect(actions()).toEqual(['send'])
  })
})

describe('after the app has changed its mind', () => {
  test('the retry of a message that was sent is answered with it', async () => {
    const { app, ann, roomId } = await scene()
    app.answer = denying('send')
    expect(await ann.ask('send-message', { roomId, ...message(1) })).toMatchObject({
      ok: true,
      duplicate: true,
      message: { seq: 1 },
    })
    const results = (await ann.ask('send-messages', { roomId, messages: [message(1), message(2)] })).results
    expect(results).toMatchObject([{ ok: true, duplicate: true }, REFUSED])
  })

  test('so is that of an edit, and whoever is in the room already is in it', async () => {
    const { app, ann, bob, roomId, messageId } = await scene()
    const edit = { messageId, content: 'better', opId: 'op-000001' }
    await ann.ask('edit-message', edit)
    app.answer = () => ({ deny: 'Not today' })
    expect(await ann.ask('edit-message', edit)).toMatchObject({ ok: true, message: { content: 'better' } })
    expect(await bob.ask('add-member', { roomId })).toMatchObject(REFUSED)
    expect(await ann.ask('add-member', { roomId })).toMatchObject({ ok: true })
  })
})

describe('a read-only room, or one in slow mode', () => {
  test('asks for the privilege too', async () => {
    const { app, ann, actions, roomId } = await scene()
    await ann.ask('update-room', { roomId, settings: { readOnly: true } })
    expect(await ann.ask('send-message', { roomId, ...message(2) })).toMatchObject({ ok: true })
    expect(actions()).toEqual(['update-room', 'send', 'send-in-read-only'])
    app.answer = denying('send-in-read-only')
    expect(await ann.ask('send-message', { roomId, ...message(3) })).toMatchObject(REFUSED)
  })

  test('lets an admin wait like others', async () => {
    const { app, ann, roomId } = await scene()
    await ann.ask('update-room', { roomId, settings: { slowModeSeconds: 60 } })
    expect(await ann.ask('send-message', { roomId, ...message(2) })).toMatchObject({ ok: true })
    app.answer = denying('skip-slow-mode')
    expect(await ann.ask('send-message', { roomId, ...message(3) })).toMatchObject({ code: 'SLOW_MODE' })
  })
})

describe('a room that the app lets a user not read', () => {
  test('is as good as gone: no messages live, by sync or by page', async () => {
    const { app, bob, ann, roomId } = await scene()
    app.answer = denying('read')
    expect(await bob.ask('join-rooms', { roomIds: [roomId] })).toEqual({ ok: true, heads: {} })
    const rooms = { [roomId]: { rev: 0, minSeq: 0, maxSeq: 0 } }
    expect(await bob.ask('sync', { rooms })).toMatchObject({ rooms: {}, removed: [roomId] })
    for (const event of ['fetch-history', 'fetch-members'])
      expect(await bob.ask(event, { roomId })).toMatchObject(REFUSED)
    expect(await bob.ask('count-unread', { roomId, afterSeq: 0 })).toMatchObject(REFUSED)
    expect(await bob.ask('mark-read', { roomId, seq: 1 })).toMatchObject(REFUSED)
    expect(await bob.ask('typing', { roomId, typing: true })).toMatchObject(REFUSED)
    app.answer = () => true
    await ann.ask('send-message', { roomId, ...message(2) })
    await flushPromises()
    expect(bob.all('changes')).toEqual([])
  })

  test('is not gone when the app cannot be asked', async () => {
    const { app, bob, roomId } = await scene()
    app.answer = () => Promise.reject(new Error('down'))
    const rooms = { [roomId]: { rev: 0, minSeq: 0, maxSeq: 0 } }
    for (const [event, payload] of [
      ['sync', { rooms }] as const,
      ['join-rooms', { roomIds: [roomId] }] as const,
    ])
      expect(await bob.ask(event, payload)).toMatchObject({ ok: false, code: 'INTERNAL', retry: 'after' })
  })

  test('a long list costs no question, and open rooms cost one each', async () => {
    const { ann, actions } = await scene()
    for (let n = 0; n < 60; n++) await ann.ask('create-room', { name: `Room ${n}`, type: 'private' })
    const before = actions().length
    const { list } = await ann.ask('sync', { list: true, rooms: {} })
    expect(list).toHaveLength(61)
    expect(actions()).toHaveLength(before)
    const ids = (list as { room: { id: string } }[]).slice(0, 40).map(({ room }) => room.id)
    const rooms = Object.fromEntries(ids.map((id) => [id, { rev: 0, minSeq: 0, maxSeq: 0 }]))
    await ann.ask('sync', { rooms })
    expect(actions().slice(before)).toEqual(ids.map(() => 'read'))
  })
})

describe('an answer that may be kept', () => {
  const asksFor = async (cacheMs: number) => {
    const all = await scene()
    all.app.answer = () => ({ allow: true, cacheMs })
    let n = 10
    const send = () => all.bob.ask('send-message', { roomId: all.roomId, ...message(++n) })
    return { ...all, send }
  }

  test('is asked for again when its time is over, after 5 minutes at most', async () => {
    const { send, clock, actions } = await asksFor(60 * 60_000)
    await send()
    await clock.pass(299_000)
    await send()
    expect(actions()).toEqual(['send'])
    await clock.pass(1_000)
    await send()
    expect(actions()).toEqual(['send', 'send'])
  })

  test('is kept for one user, room and act, and a refusal too', async () => {
    const { app, ann, bob, actions, roomId } = await scene()
    app.answer = () => ({ deny: 'Not today', cacheMs: 1_000 })
    for (const device of [bob, bob, ann])
      expect(await device.ask('send-message', { roomId, ...message(2) })).toMatchObject(REFUSED)
    await bob.ask('fetch-history', { roomId })
    expect(actions()).toEqual(['send', 'send', 'read'])
  })

  test('is dropped when the user has another role', async () => {
    const { send, ann, roomId, actions } = await asksFor(60_000)
    await send()
    await ann.ask('set-role', { roomId, userId: 'bob', role: 'admin' })
    await send()
    await send()
    expect(actions()).toEqual(['send', 'set-role', 'send'])
  })
})

test('blocking a user leaves their dm whatever the app says', async () => {
  const { app, ann, eve } = await scene()
  expect(await ann.ask('open-dm', { userIds: ['eve'] })).toMatchObject({ ok: true })
  app.answer = () => false
  expect(await eve.ask('block-user', { userId: 'ann' })).toEqual({ ok: true })
  expect(await eve.ask('sync', { list: true, rooms: {} })).toMatchObject({ list: [] })
})
