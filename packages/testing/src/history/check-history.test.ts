import { describe, expect, test } from 'vitest'
import { checkHistory } from './check-history'
import type { Actor, FinalRoom, HistoryEvent, Operation, SeenMessage } from './event'
import type { FindingKind } from './finding'

const roomId = 'general'
const ada: Actor = { user: 'ada', device: 'ada-1' }
const ben: Actor = { user: 'ben', device: 'ben-1' }

function row(seq: number, over: Partial<SeenMessage> = {}): SeenMessage {
  const base = { id: `m${seq}`, seq, rev: seq, senderId: 'ada', clientId: `client-${seq}` }
  return { ...base, type: 'text', content: `text ${seq}`, deleted: false, ...over }
}

const invoked = (who: Actor, call: string, op: Operation): HistoryEvent => ({
  who,
  roomId,
  phase: 'invoked',
  call,
  op,
})
const ok = (who: Actor, call: string, message?: SeenMessage): HistoryEvent => ({
  who,
  roomId,
  phase: 'ok',
  call,
  ...(message ? { message } : {}),
})
const ends = (who: Actor, call: string, phase: 'unknown' | 'failed'): HistoryEvent =>
  phase === 'failed' ? { who, roomId, phase, call, code: 'MUTED' } : { who, roomId, phase, call }
const send = (seq: number): Operation => ({
  kind: 'send',
  clientId: `client-${seq}`,
  content: `text ${seq}`,
})
const view = (
  who: Actor,
  messages: SeenMessage[],
  over: Partial<Extract<HistoryEvent, { phase: 'view' }>> = {},
): HistoryEvent => ({
  who,
  roomId,
  phase: 'view',
  messages,
  fromSeq: 1,
  toSeq: messages.at(-1)?.seq ?? 0,
  complete: false,
  ...over,
})

/** Two sends, both acked. */
const two: HistoryEvent[] = [
  invoked(ada, 's1', send(1)),
  invoked(ada, 's2', send(2)),
  ok(ada, 's1', row(1)),
  ok(ada, 's2', row(2)),
]
function final(over: Partial<FinalRoom> = {}): FinalRoom {
  const messages = over.messages ?? [row(1), row(2)]
  return { roomId, lastSeq: 2, rev: 2, messages, views: [], outbox: [], ...over }
}
const kinds = (history: HistoryEvent[], room: FinalRoom): FindingKind[] =>
  checkHistory(history, [room]).map(({ kind }) => kind)

describe('nothing is found in', () => {
  test('a quiet run', () => {
    const shown = { messages: [row(1), row(2)], fromSeq: 1, toSeq: 2, complete: true }
    const views = [{ who: ben, ...shown, unread: 2, lastReadSeq: 0 }]
    expect(kinds([...two, view(ben, [row(1), row(2)])], final({ views }))).toEqual([])
  })

  test('an unknown send that took effect, and one that waits', () => {
    const history = [
      ...two,
      invoked(ada, 's3', send(3)),
      ends(ada, 's3', 'unknown'),
      invoked(ben, 's4', send(4)),
    ]
    const outbox = ['client-4']
    const room = final({ messages: [row(1), row(2), row(3)], lastSeq: 3, outbox })
    expect(kinds(history, room)).toEqual(['stuck'])
    expect(kinds(history.slice(0, -1), { ...room, outbox: [] })).toEqual([])
  })

  test('a send that was retried, and one that two devices sent', () => {
    const history = [
      ...two,
      invoked(ada, 'again', send(1)),
      ok(ada, 'again', row(1)),
      invoked({ ...ada, device: 'ada-2' }, 'tab', send(2)),
      ends({ ...ada, device: 'ada-2' }, 'tab', 'failed'),
    ]
    expect(kinds(history, final())).toEqual([])
  })

  test('an edit that another edit overtook while it was in flight', () => {
    const history = [
      ...two,
      invoked(ada, 'e1', { kind: 'edit', messageId: 'm1', content: 'one' }),
      invoked({ ...ada, device: 'ada-2' }, 'e2', { kind: 'edit', messageId: 'm1', content: 'two' }),
      ok(ada, 'e1'),
      ok({ ...ada, device: 'ada-2' }, 'e2'),
    ]
    const edited = (content: string) => final({ messages: [row(1, { content, rev: 4 }), row(2)], rev: 4 })
    expect(kinds(history, edited('one'))).toEqual([])
    expect(kinds(history, edited('two'))).toEqual([])
    expect(kinds(history, edited('text 1'))).toEqual(['lost edit', 'lost edit'])
  })

  test('a system message that no user sent', () => {
    const { clientId: _, ...system } = row(3, { type: 'system' })
    expect(kinds(two, final({ messages: [row(1), row(2), system], lastSeq: 3 }))).toEqual([])
  })
})

describe('found:', () => {
  test('lost', () => {
    expect(kinds(two, final({ messages: [row(1)], lastSeq: 1 }))).toEqual(['lost'])
  })

  test('lost at a device', () => {
    const views = [{ who: ben, messages: [row(2)], fromSeq: 1, toSeq: 2, complete: true }]
    expect(kinds(two, final({ views }))).toEqual(['lost'])
  })

  test('doubled', () => {
    const twice = row(3, { clientId: 'client-1', content: 'text 1' })
    expect(kinds(two, final({ messages: [row(1), row(2), twice], lastSeq: 3 }))).toContain('doubled')
    expect(kinds([...two, view(ben, [row(1), row(1), row(2)])], final())).toContain('doubled')
  })

  test('doubled and gap in a stream', () => {
    const streamed = (seq: number): HistoryEvent => ({
      who: ben,
      roomId,
      phase: 'streamed',
      message: row(seq),
    })
    expect(kinds([...two, streamed(1), streamed(1)], final())).toEqual(['doubled'])
    const three = final({ messages: [row(1), row(2), row(3)], lastSeq: 3 })
    const sent = [...two, invoked(ada, 's3', send(3)), ok(ada, 's3', row(3))]
    expect(kinds([...sent, streamed(1), streamed(3)], three)).toEqual(['gap'])
  })

  test('phantom: no user sent it', () => {
    expect(kinds(two, final({ messages: [row(1), row(2), row(3)], lastSeq: 3 }))).toEqual(['phantom'])
  })

  test('phantom: it was refused', () => {
    const history = [...two, invoked(ada, 's3', send(3)), ends(ada, 's3', 'failed')]
    expect(kinds(history, final({ messages: [row(1), row(2), row(3)], lastSeq: 3 }))).toEqual(['phantom'])
  })

  test('reordered', () => {
    const history = two.slice(0, 2)
    const swapped = [row(1, { clientId: 'client-2' }), row(2, { clientId: 'client-1' })]
    expect(
      kinds(
        [...history, ends(ada, 's1', 'unknown'), ends(ada, 's2', 'unknown')],
        final({ messages: swapped }),
      ),
    ).toEqual(['reordered'])
  })

  test('reordered: acked at another place', () => {
    expect(kinds([...two.slice(0, 3), ok(ada, 's2', row(7))], final())).toEqual(['reordered'])
  })

  test('gap', () => {
    const history = [...two, invoked(ada, 's3', send(4)), ok(ada, 's3', row(4))]
    expect(kinds(history, final({ messages: [row(1), row(2), row(4)], lastSeq: 4 }))).toEqual(['gap'])
  })

  test('gap in what a device claims to have', () => {
    expect(kinds([...two, view(ben, [row(2)])], final())).toEqual(['gap'])
  })

  test('stale read: requested after the ack', () => {
    const page = view(ben, [row(1)], { complete: true, asked: two.length })
    expect(kinds([...two, page], final())).toEqual(['stale read'])
  })

  test('stale read: a row that goes back', () => {
    const history = [...two, view(ben, [row(1, { rev: 5 })]), view(ben, [row(1)])]
    expect(kinds(history, final())).toEqual(['stale read'])
  })

  test('stale read: a device that ends behind', () => {
    const views = [{ who: ben, messages: [row(1)], fromSeq: 1, toSeq: 1, complete: true }]
    expect(kinds(two, final({ views }))).toEqual(['stale read'])
  })

  test('lost edit', () => {
    const history = [
      ...two,
      invoked(ada, 'e', { kind: 'edit', messageId: 'm1', content: 'new' }),
      ok(ada, 'e'),
    ]
    expect(kinds(history, final())).toEqual(['lost edit'])
  })

  test('resurrected delete', () => {
    const history = [...two, invoked(ada, 'd', { kind: 'delete', messageId: 'm1' }), ok(ada, 'd')]
    const tombstone = row(1, { deleted: true, content: '', rev: 3 })
    expect(kinds(history, final())).toEqual(['resurrected delete'])
    expect(kinds(history, final({ messages: [tombstone, row(2)] }))).toEqual([])
    const back = [...history, view(ben, [tombstone]), view(ben, [row(1, { rev: 3 })])]
    expect(kinds(back, final({ messages: [tombstone, row(2)] }))).toEqual(['resurrected delete'])
  })

  test('leak after removal', () => {
    const history = [
      invoked(ada, 's1', send(1)),
      ok(ada, 's1', row(1)),
      invoked(ada, 'kick', { kind: 'remove', userId: 'ben' }),
      ok(ada, 'kick'),
      invoked(ada, 's2', send(2)),
      ok(ada, 's2', row(2)),
    ]
    const late: HistoryEvent = { who: ben, roomId, phase: 'delivered', message: row(2) }
    expect(kinds([...history, view(ben, [row(1)])], final())).toEqual([])
    expect(kinds([...history, late], final())).toEqual(['leak after removal'])
    const invited = invoked(ada, 'add', { kind: 'add', userId: 'ben' })
    expect(kinds([...history, invited, ok(ada, 'add'), late], final())).toEqual([])
  })

  test('stuck: never an outcome', () => {
    expect(kinds([...two, invoked(ada, 's3', send(3))], final())).toEqual(['stuck'])
  })

  test('unread drift', () => {
    const shown = { messages: [row(1), row(2)], fromSeq: 1, toSeq: 2, complete: true }
    const drifts = (who: Actor, unread: number, lastReadSeq: number) =>
      kinds(two, final({ views: [{ who, ...shown, unread, lastReadSeq }] }))
    expect(drifts(ben, 1, 1)).toEqual([])
    expect(drifts(ben, 2, 1)).toEqual(['unread drift'])
    expect(drifts(ada, 0, 0)).toEqual([])
    expect(drifts(ada, 1, 0)).toEqual(['unread drift'])
  })

  test('unknown send', () => {
    const history = [...two, invoked(ada, 's3', send(3)), ends(ada, 's3', 'unknown')]
    expect(kinds(history, final())).toEqual(['unknown send'])
  })
})

test('a call that ends without having begun is an error of the recording', () => {
  expect(() => checkHistory([ok(ada, 'none')], [final()])).toThrow('none')
})
