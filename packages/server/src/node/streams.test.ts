import { LIMITS, STREAM_LEASE_MS } from '@roomful/protocol'
import { describe, expect, test } from 'vitest'
import { localBus } from '../cluster/local-bus'
import type { Hooks } from '../moderation/hooks'
import { wordFilter } from '../moderation/word-filter'
import { createMemoryStore } from '../stores/memory/memory-store'
import { wire } from './test-buses'
import { ManualClock, testNode } from './test-node'

type Node = ReturnType<typeof testNode>
type Row = { id: string; content: string; stream?: { state: string; run?: number } }

/** Ann's room, with bob in it, who begins a message; both have it open. */
async function scene(node: Node, reader: Node = node) {
  const ann = await reader.device('ann')
  const made = await ann.ask('create-room', { name: 'Room', type: 'public' })
  const { id: roomId } = made.room as { id: string }
  const bob = await node.device('bob')
  await bob.ask('add-member', { roomId })
  for (const device of [ann, bob]) await device.ask('join-rooms', { roomIds: [roomId] })
  const opened = await bob.ask('send-message', { roomId, content: '', stream: true, clientId: 'client-1' })
  const { id: messageId } = opened.message as Row
  const delta = (offset: number, text: string, run = 0) =>
    bob.ask('message-delta', { deltas: [{ roomId, messageId, run, offset, text }] })
  const write = (content: string, state = 'streaming', run = 0) =>
    bob.ask('write-stream', { roomId, messageId, run, content, state })
  const row = async () => {
    const page = (await ann.ask('fetch-history', { roomId })) as { messages?: Row[] }
    return page.messages?.find(({ id }) => id === messageId)
  }
  const texts = () =>
    (ann.all('message-delta') as { deltas: { offset: number; text: string }[] }[]).map(({ deltas }) =>
      deltas.map(({ offset, text }) => `${offset}:${text}`).join(' '),
    )
  return { ann, bob, roomId, messageId, delta, write, row, texts }
}

describe('deltas', () => {
  test('are gathered by room, and reach those who have it open, on all nodes', async () => {
    const clock = new ManualClock()
    const { bus } = wire()
    const store = createMemoryStore({ now: clock.now })
    const shared = { clock, store }
    const [one, two] = [
      testNode({ ...shared, bus: bus(0), nodeId: 'one', idPrefix: 'one' }),
      testNode({ ...shared, bus: bus(1), nodeId: 'two', idPrefix: 'two' }),
    ]
    const { delta, texts } = await scene(one, two)
    await delta(0, 'a')
    await delta(1, 'b')
    await delta(2, 'c')
    await clock.pass(10)
    // The first at once, the others together.
    expect(texts()).toEqual(['0:a'])
    await clock.pass(40)
    expect(texts()).toEqual(['0:a', '1:bc'])
  })

  test('that do not continue it are refused: of others, of another run, behind a gap, of no text', async () => {
    const node = testNode()
    const { ann, bob, roomId, messageId, delta, texts } = await scene(node)
    const piece = { roomId, messageId, run: 0, offset: 0, text: 'not hers' }
    expect(await ann.ask('message-delta', { deltas: [piece] })).toEqual({ ok: true, refused: [messageId] })
    for (const refused of [delta(0, 'x', 1), delta(1, 'x')])
      expect(await refused).toEqual({ ok: true, refused: [messageId] })
    for (const refused of [delta(0, 'a\0b'), delta(0, '\ud800')])
      expect(await refused).toMatchObject({ code: 'INVALID_PAYLOAD', field: 'deltas.0.text' })
    expect(await delta(0, 'ab')).toEqual({ ok: true, refused: [] })
    // Of a user who is no member any more.
    await ann.ask('remove-member', { roomId, userId: 'bob' })
    expect(await delta(2, 'c')).toEqual({ ok: true, refused: [messageId] })
    expect(bob.isOpen()).toBe(true)
    await node.clock.pass(100)
    expect(texts()).toEqual(['0:ab'])
  })

  test('stop once it has ended', async () => {
    const node = testNode()
    const { ann, roomId, messageId, delta, texts } = await scene(node)
    await delta(0, 'a')
    await delta(1, 'b')
    await ann.ask('cancel-stream', { roomId, messageId })
    expect(await delta(2, 'c')).toEqual({ ok: true, refused: [messageId] })
    await node.clock.pass(100)
    expect(texts()).toEqual(['0:a', '1:b'])
  })

  test('are not shown of a producer that may write no more, or writes nothing (P11)', async () => {
    const node = testNode()
    const { ann, roomId, messageId, delta, write, texts } = await scene(node)
    await delta(0, 'ab')
    await write('ab')
    const mute = (until: string | null) => ann.ask('mute-member', { roomId, userId: 'bob', until })
    expect(await mute(new Date(node.clock.now() + 3_600_000).toISOString())).toMatchObject({ ok: true })
    for (let at = 2; at < 22; at += 1) {
      await delta(at, '!')
      expect((await write('ab'.padEnd(at + 1, '!'))).ok).toBe(false)
      // A row of the same text.
      const op = at % 2 === 0 ? 'add' : 'remove'
      expect(await ann.ask('react-message', { messageId, emoji: '👍', op })).toMatchObject({ ok: true })
      await node.clock.pass(1_000)
    }
    // What a text can be on the screens before it has to be written.
    expect(texts().join('').replace(/[^!]/g, '').length).toBeLessThanOrEqual(6)
    await mute(null)
    expect(await write('ab!')).toMatchObject({ ok: true })
    expect(await delta(3, 'on')).toEqual({ ok: true, refused: [] })
  })

  test('are not shown where the app looks at every text, and what it would rewrite is refused', async () => {
    const hooks = {
      beforeSend: ({ content }: { content: string }) => ({ content: content.replace('bad', '***') }),
    }
    const node = testNode({ hooks })
    const { delta, write, row, texts } = await scene(node)
    expect(await delta(0, 'good ')).toEqual({ ok: true, refused: [] })
    await node.clock.pass(100)
    expect(texts()).toEqual([])
    expect(await write('good ')).toMatchObject({ ok: true })
    expect(await write('good bad ')).toMatchObject({ ok: false, code: 'REFUSED', field: 'content' })
    expect(await row()).toMatchObject({ content: 'good ' })
  })
})

describe('a producer', () => {
  test('that is silent is interrupted; one that only says that it is there is not', async () => {
    const node = testNode()
    const { delta, write, row } = await scene(node)
    await write('one')
    for (let i = 0; i < 10; i++) {
      await node.clock.pass(STREAM_LEASE_MS / 2)
      await delta(3, '')
    }
    expect(await row()).toMatchObject({ stream: { state: 'streaming' } })
    await node.clock.pass(2 * STREAM_LEASE_MS)
    expect(await row()).toMatchObject({ content: 'one', stream: { state: 'interrupted' } })
    await write('one two', 'finished')
    expect(await row()).toMatchObject({ content: 'one two', stream: { state: 'finished' } })
  })

  test('is not interrupted by a node that does not hear of its deltas, but of its writes', async () => {
    const clock = new ManualClock()
    const { bus, lose } = wire()
    const shared = { clock, store: createMemoryStore({ now: clock.now }) }
    const one = testNode({ ...shared, bus: bus(0), nodeId: 'one', idPrefix: 'one' })
    const two = testNode({ ...shared, bus: bus(1), nodeId: 'two', idPrefix: 'two' })
    const { write, row } = await scene(one, two)
    lose(true)
    for (let text = 'x'; text.length < 20; text += 'x') {
      await write(text)
      await clock.pass(STREAM_LEASE_MS / 4)
      expect(await row()).toMatchObject({ content: text, stream: { state: 'streaming' } })
    }
  })

  test('whose node was killed is interrupted by the next node on its database', async () => {
    const clock = new ManualClock()
    const store = createMemoryStore({ now: clock.now })
    const killed = testNode({ clock, store, bus: localBus() })
    const { write, messageId, roomId } = await scene(killed)
    await write('one')
    killed.node.stop()
    const next = testNode({ clock, store, bus: localBus(), idPrefix: 'next' })
    await clock.pass(2 * STREAM_LEASE_MS)
    const ann = await next.device('ann')
    const page = (await ann.ask('fetch-history', { roomId })) as { messages: Row[] }
    expect(page.messages.find(({ id }) => id === messageId)).toMatchObject({
      content: 'one',
      stream: { state: 'interrupted' },
    })
  })

  test('of a deleted room is forgotten', async () => {
    const node = testNode()
    const { roomId } = await scene(node)
    expect(node.node.services.streams.open.size).toBe(1)
    const admin = await node.device('root?admin=1')
    expect(await admin.ask('delete-room', { roomId })).toMatchObject({ ok: true })
    await node.clock.pass(2 * STREAM_LEASE_MS)
    expect(node.node.services.streams.open.size).toBe(0)
  })

  test('has a bounded number of streams, and its writes a rate', async () => {
    const node = testNode()
    const { bob, roomId, write } = await scene(node)
    const open = (n: number) =>
      bob.ask('send-message', { roomId, content: '', stream: true, clientId: `client-many-${n}` })
    for (let n = 1; n < 50; n++) expect(await open(n)).toMatchObject({ ok: true })
    expect(await open(50)).toMatchObject({ code: 'LIMIT_EXCEEDED', field: 'streamsPerUser', limit: 50 })
    // A retry is none more.
    expect(await open(49)).toMatchObject({ ok: true, duplicate: true })
    const codes = []
    for (const text of ['1', '12', '123', '1234']) codes.push((await write(text)).code)
    expect(codes).toEqual([undefined, undefined, undefined, 'RATE_LIMITED'])
    expect(await write('12345', 'finished')).toMatchObject({ ok: true })
  })
})

describe('afterEdit', () => {
  function listener() {
    const told: string[] = []
    const hooks: Hooks = {
      afterEdit: ({ content, stream }) => void told.push(`${stream?.state} ${content}`),
    }
    return { told, hooks }
  }

  test('sees the text of a gone producer, once, whichever node finds that out', async () => {
    const { told, hooks } = listener()
    const clock = new ManualClock()
    const { bus } = wire()
    const shared = { clock, hooks, store: createMemoryStore({ now: clock.now }) }
    const one = testNode({ ...shared, bus: bus(0), nodeId: 'one', idPrefix: 'one' })
    const two = testNode({ ...shared, bus: bus(1), nodeId: 'two', idPrefix: 'two' })
    const { bob, write } = await scene(one, two)
    await write('BUY COINS')
    bob.close()
    await clock.pass(2 * STREAM_LEASE_MS)
    expect(told).toEqual(['interrupted BUY COINS'])
  })

  test('sees what was cancelled, when its producer writes no last words', async () => {
    const { told, hooks } = listener()
    const node = testNode({ hooks })
    const { ann, roomId, messageId, write } = await scene(node)
    await write('BUY COINS')
    await ann.ask('cancel-stream', { roomId, messageId })
    expect(told).toEqual([])
    await node.clock.pass(2 * STREAM_LEASE_MS)
    expect(told).toEqual(['cancelled BUY COINS'])
  })

  test('is not called again for what changes nothing', async () => {
    const { told, hooks } = listener()
    const node = testNode({ hooks })
    const { ann, bob, roomId, messageId, write } = await scene(node)
    const ended = await write('x', 'finished')
    const late = [
      await write('x', 'finished'),
      await write('x'),
      await ann.ask('cancel-stream', { roomId, messageId }),
      await bob.ask('resume-stream', { roomId, messageId }),
    ]
    for (const answer of late) expect(answer).toEqual({ ok: true, message: ended.message })
    await node.clock.pass(100)
    expect(told).toEqual(['finished x'])
  })
})

describe('a word that may go on', () => {
  test('is not written before its end is known, and is looked at then', async () => {
    const { delta, write, row } = await scene(testNode({ hooks: { beforeSend: wordFilter(['hell']) } }))
    await delta(0, 'oh hell')
    expect(await write('oh hell')).toMatchObject({ ok: true })
    expect(await row()).toMatchObject({ content: 'oh ', stream: { state: 'streaming' } })
    expect(await delta(7, 'o')).toEqual({ ok: true, refused: [] })
    expect(await write('oh hello', 'finished')).toMatchObject({ ok: true })
    expect(await row()).toMatchObject({ content: 'oh hello', stream: { state: 'finished' } })
  })

  test.each(['refuse', 'mask'] as const)('is refused at its end where it is one to %s', async (on) => {
    const { write, row } = await scene(testNode({ hooks: { beforeSend: wordFilter(['hell'], { on }) } }))
    expect(await write('oh hell')).toMatchObject({ ok: true })
    for (const end of ['oh hell!', 'oh hell\n']) expect(await write(end)).toMatchObject({ code: 'REFUSED' })
    expect(await write('oh hell', 'finished')).toMatchObject({ code: 'REFUSED', field: 'content' })
    expect(await row()).toMatchObject({ content: 'oh ', stream: { state: 'streaming' } })
  })

  test('is cut from no text that is written already', async () => {
    const node = testNode({ hooks: { beforeSend: wordFilter(['hell']) } })
    const { bob, roomId, messageId, write, row } = await scene(node)
    await write('oh he', 'interrupted')
    await bob.ask('resume-stream', { roomId, messageId })
    expect(await write('oh hel', 'streaming', 1)).toMatchObject({ ok: true, message: { content: 'oh he' } })
    await node.clock.pass(1_000)
    expect(await write('oh hello,', 'streaming', 1)).toMatchObject({ ok: true })
    expect(await row()).toMatchObject({ content: 'oh hello,', stream: { state: 'streaming' } })
  })

  test('keeps nobody waiting, and its producer alive, however slowly it comes', async () => {
    const clock = new ManualClock()
    const { bus } = wire()
    const shared = { clock, hooks: { beforeSend: wordFilter(['hell']) } }
    const store = createMemoryStore({ now: clock.now })
    const one = testNode({ ...shared, store, bus: bus(0), nodeId: 'one', idPrefix: 'one' })
    const two = testNode({ ...shared, store, bus: bus(1), nodeId: 'two', idPrefix: 'two' })
    const { write, row } = await scene(one, two)
    for (let text = 'x'; text.length <= 40; text += 'x') {
      expect(await write(text)).toMatchObject({ ok: true, message: { stream: { state: 'streaming' } } })
      await clock.pass(1_000)
      expect(await row()).toMatchObject({ stream: { state: 'streaming' } })
    }
    const most = 'x'.repeat(LIMITS.contentCodePoints)
    expect(await write(most)).toMatchObject({ ok: true, message: { content: most } })
    await clock.pass(1_000)
    expect(await write(`${most}x`)).toMatchObject({ code: 'CONTENT_TOO_LONG' })
    expect(await write(most, 'finished')).toMatchObject({ ok: true })
  })
})

test('who has not opened the room hears of it at its beginning and its end, and it counts once', async () => {
  const node = testNode()
  const { ann, roomId, write } = await scene(node)
  await ann.ask('leave-rooms', { roomIds: [roomId] })
  await node.clock.pass(5_000)
  const before = ann.all('room-activity').length
  for (const text of ['a', 'ab', 'abc']) {
    await write(text)
    await node.clock.pass(1_500)
  }
  expect(ann.all('room-activity').length).toBe(before)
  await write('abcd', 'finished')
  await node.clock.pass(1_500)
  const [last] = ann.all('room-activity').slice(before)
  expect(last).toMatchObject({ rooms: [{ unread: 1, preview: { content: 'abcd' } }] })
})

test('protocol 1 has it as a message that is edited', async () => {
  const node = testNode()
  const { roomId, write } = await scene(node)
  const old = await node.device('old', 1)
  await old.ask('add-member', { roomId })
  await old.ask('join-rooms', { roomIds: [roomId] })
  await write('one')
  await write('one two', 'finished')
  const edits = old.all('message-edited') as { content: string }[]
  expect(edits.map(({ content }) => content)).toEqual(['one', 'one two'])
})
