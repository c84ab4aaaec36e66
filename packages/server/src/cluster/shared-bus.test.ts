import { expect, test } from 'vitest'
import { ManualClock } from '../node/test-node'
import type { BusMessage } from './bus'
import { openSharedBus } from './shared-bus'

async function busOf() {
  const clock = new ManualClock()
  const heard: BusMessage[] = []
  const warned: string[] = []
  let say: (text: string) => void = () => {}
  const bus = await openSharedBus({
    nodeId: 'here',
    clock,
    log: { debug() {}, info() {}, error() {}, warn: (_fields, text) => void warned.push(text) },
    openLink: ({ onText }) => {
      say = onText
      return { isUp: true, dropped: 0, publish() {}, opened: async () => {}, close() {} }
    },
  })
  bus.subscribe((message) => heard.push(message))
  const from = (message: object, node = 'there'): void => say(JSON.stringify({ from: node, message }))
  from({ type: 'revoked', sid: 's-0' })
  heard.length = 0
  return { clock, heard, warned, from, say: (text: string) => say(text) }
}

const at = '2026-01-01T00:00:00.000Z'
const message = {
  ...{ id: 'm1', roomId: 'general', seq: 1, rev: 1, senderId: 'ann', senderName: 'Ann', type: 'text' },
  ...{ content: 'hello', replyTo: null, createdAt: at, editedAt: null, deleted: false, reactions: [] },
}
const batch = {
  ...{ roomId: 'general', previous: { rev: 0, lastSeq: 0 }, head: { rev: 1, lastSeq: 1 } },
  changes: [{ rev: 1, kind: 'message', message }],
}

test('messages of a node arrive whole, and unknown ones of a newer node are ignored', async () => {
  const { heard, warned, from } = await busOf()
  const said = [
    { type: 'batch', batch },
    { type: 'created', roomId: 'general', userIds: ['ann', 'auth0|bob'] },
    { type: 'read', roomId: 'general', userId: 'ann', seq: 3, lineId: 'line' },
    {
      ...{ type: 'typing', lineId: 'line' },
      signal: { roomId: 'general', userId: 'ann', name: 'Ann', avatarUrl: '/ann.png', until: at },
    },
    { type: 'presence', nodeId: 'there', userId: 'ann', status: 'away', at: 5 },
    { type: 'presences', nodeId: 'there', users: [['ann', 'online']], at: 5 },
    { type: 'renamed', user: { id: 'ann', name: 'Anna', avatarUrl: '/ann.png' } },
    { type: 'revoked', sid: 's-1' },
  ]
  for (const one of said) from(one)
  from({ type: 'of-the-future', what: 1 })
  expect(heard).toEqual(said)
  expect(warned).toEqual([])
})

/** Two buses over one link; each has its own clock, and each link can be lost. */
async function twoBuses() {
  const ends: ((text: string) => void)[] = []
  const ups: (() => void)[] = []
  const buses: { clock: ManualClock; heard: BusMessage[]; link: { dropped: number } }[] = []
  for (const name of ['a', 'b']) {
    const clock = new ManualClock()
    const heard: BusMessage[] = []
    const link = {
      isUp: true,
      dropped: 0,
      publish: (text: string) => say(text),
      opened: async () => {},
      close() {},
    }
    const bus = await openSharedBus({
      ...{ nodeId: name, clock },
      log: { debug() {}, info() {}, error() {}, warn() {} },
      openLink: ({ onText, onUp }) => {
        ends.push(onText)
        ups.push(onUp)
        return link
      },
    })
    bus.subscribe((message) => heard.push(message))
    buses.push({ clock, heard, link })
  }
  const say = (text: string): void => {
    for (const end of ends) end(text)
  }
  const [a, b] = buses
  if (!a || !b) throw new Error('two')
  const beat = async (): Promise<void> => {
    for (const { clock } of buses) await clock.pass(2_000)
  }
  await beat()
  const asksOf = ({ heard }: typeof a, node: string) =>
    heard.splice(0).filter((message) => message.type === 'node-here' && message.nodeId === node).length
  return { a, b, beat, asksOf, up: (index: number) => ups[index]?.() }
}

test('who is connected is said anew to a node that may have missed it: presence is in no database (P16)', async () => {
  const { a, b, beat, asksOf, up } = await twoBuses()
  asksOf(a, 'b')
  asksOf(b, 'a')
  // Its clock jumps: for it the other is gone, and comes back with the next sign; the other has seen nothing.
  await a.clock.pass(20_000)
  await beat()
  expect(asksOf(a, 'b')).toBeGreaterThan(0)
  expect(asksOf(b, 'a')).toBeGreaterThan(0)
  // Its link alone was down.
  up(0)
  expect(asksOf(b, 'a')).toBe(1)
  // It could not send all: then it says its own again.
  a.link.dropped = 5
  asksOf(a, 'a')
  await beat()
  expect(asksOf(a, 'a')).toBe(1)
  asksOf(b, 'a')
  await beat()
  expect(asksOf(b, 'a')).toBe(0)
})

const change = (more: object): object => ({ type: 'batch', batch: { ...batch, ...more } })
const skip = (rev: number, count: number): object => ({ rev, kind: 'skip', count })

test.each([
  [
    'a hole of 30,000,000 revs',
    change({ changes: [skip(1, 30_000_000)], head: { rev: 30_000_000, lastSeq: 1 } }),
  ],
  ['a head that is far from its changes', change({ head: { rev: 9_000_000, lastSeq: 1 } })],
  [
    'revs that are not in their order',
    change({ head: { rev: 5, lastSeq: 1 }, changes: [skip(2, 1), skip(1, 1)] }),
  ],
  ['revs past the head', change({ changes: [skip(1, 5)] })],
  [
    'more changes than a commit has',
    change({ changes: Array.from({ length: 3_000 }, (_, n) => skip(n + 1, 1)) }),
  ],
  ['a row without its fields', change({ changes: [{ rev: 1, kind: 'message', message: { id: 'm1' } }] })],
  ['a rev that is no number', change({ head: { rev: '1', lastSeq: 1 } })],
  ['a room that can be none', { type: 'created', roomId: '__proto__ ', userIds: [] }],
  [
    'users without end',
    { type: 'created', roomId: 'general', userIds: Array.from({ length: 5_000 }, () => 'ann') },
  ],
  ['another node in its name', { type: 'presences', nodeId: 'here', users: [], at: 5 }],
  ['what only the bus itself says', { type: 'node-gone', nodeId: 'there' }],
  ['no type', { batch }],
])('%s is not taken over the bus (P10)', async (_, said) => {
  const { heard, from } = await busOf()
  from(said)
  expect(heard).toEqual([])
})

test('foreign texts are refused, unread if too long, and logged once a minute', async () => {
  const { clock, heard, warned, say, from } = await busOf()
  for (const text of ['', 'x', '[]', 'null', '{"from":1}', `{"from":"${'x'.repeat(200)}","sign":"here"}`])
    say(text)
  say(
    JSON.stringify({ from: 'there', message: { type: 'revoked', sid: 's-1' }, more: 'x'.repeat(8_000_000) }),
  )
  expect(heard).toEqual([])
  expect(warned).toHaveLength(1)
  await clock.pass(60_000)
  say('x')
  expect(warned).toHaveLength(2)
  // More names than any cluster has.
  for (let n = 0; n < 1_100; n++) from({ type: 'revoked', sid: `s-${n}` }, `node-${n}`)
  expect(heard.filter(({ type }) => type === 'node-here').length).toBeLessThanOrEqual(1_000)
})
