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
    { type: 'typing', signal: { roomId: 'general', userId: 'ann', name: 'Ann', until: at }, lineId: 'line' },
    { type: 'presence', nodeId: 'there', userId: 'ann', status: 'away', at: 5 },
    { type: 'presences', nodeId: 'there', users: [['ann', 'online']], at: 5 },
    { type: 'renamed', user: { id: 'ann', name: 'Anna' } },
    { type: 'revoked', sid: 's-1' },
  ]
  for (const one of said) from(one)
  from({ type: 'of-the-future', what: 1 })
  expect(heard).toEqual(said)
  expect(warned).toEqual([])
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
