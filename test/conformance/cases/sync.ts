import { ask, join, modern, refuses, say } from '../case'
import { absent, containing, count, listOf, Rule, text } from '../match'

const cursor = (rev: number, minSeq: number, maxSeq: number) => ({
  rooms: { $room: { rev, minSeq, maxSeq } },
})
const delta = (pattern: Parameters<typeof ask>[3]) => ({ ok: true, epoch: text, rooms: { $room: pattern } })

export const syncCases = [
  modern(
    'an empty cursor gets the first page',
    say('a', 'one'),
    say('a', 'two', 'm2'),
    ask(
      'b',
      'sync',
      cursor(0, 0, 0),
      delta({
        rev: 4,
        lastSeq: 2,
        patch: [],
        tail: [{ seq: 1 }, { seq: 2 }],
        tailFrom: 1,
        limited: false,
        floorSeq: 1,
      }),
    ),
  ),
  modern(
    'a cursor at the head gets nothing',
    say('a', 'one'),
    ask('b', 'sync', cursor(3, 1, 1), delta({ rev: 3, lastSeq: 1, patch: [], tail: [], limited: false })),
  ),
  modern(
    'what is new comes as tail',
    say('a', 'one'),
    say('a', 'two', 'm2'),
    ask('b', 'sync', cursor(3, 1, 1), delta({ tail: [{ seq: 2 }], tailFrom: 2, patch: [] })),
  ),
  modern(
    'what was changed inside the window comes as patch, in rev order',
    say('a', 'one', 'm1'),
    say('a', 'two', 'm2'),
    ask('a', 'edit-message', { messageId: '$m2', content: 'b' }, { ok: true }),
    ask('a', 'edit-message', { messageId: '$m1', content: 'a' }, { ok: true }),
    ask(
      'b',
      'sync',
      cursor(4, 1, 2),
      delta({
        rev: 6,
        patch: [
          { id: '$m2', rev: 5 },
          { id: '$m1', rev: 6 },
        ],
        tail: [],
      }),
    ),
  ),
  modern(
    'deletes come as tombstones',
    say('a', 'one'),
    ask('a', 'delete-message', { messageId: '$m' }, { ok: true }),
    ask('b', 'sync', cursor(3, 1, 1), delta({ patch: [{ id: '$m', deleted: true, content: '' }] })),
    ask('b', 'sync', cursor(0, 0, 0), delta({ tail: [{ id: '$m', deleted: true }] })),
  ),
  modern(
    'what was changed outside the window does not come',
    say('a', 'one', 'm1'),
    say('a', 'two', 'm2'),
    ask('a', 'edit-message', { messageId: '$m1', content: 'a' }, { ok: true }),
    ask('b', 'sync', cursor(4, 2, 2), delta({ rev: 5, patch: [], tail: [] })),
  ),
  modern(
    'more than 200 new rows are limited to the newest 50',
    ...Array.from({ length: 5 }, (_, i) =>
      ask(
        'a',
        'send-messages',
        {
          roomId: '$room',
          messages: Array.from({ length: 41 }, (_, n) => ({
            content: `${i}-${n}`,
            clientId: `$client-${i}-${n}`,
          })),
        },
        // A server with a low rate accepts a part of it: another case tests that.
        { ok: true },
      ),
    ),
    ask('b', 'fetch-history', { roomId: '$room', limit: 1 }, { lastSeq: count }, { last: 'lastSeq' }),
    ask(
      'b',
      'sync',
      cursor(0, 0, 0),
      delta(new Rule('whole up to 200, else the newest 50', (value) => isLimitedRight(value))),
    ),
  ),
  modern(
    'unread and the read cursor come along',
    say('a', 'one'),
    say('a', 'two', 'm2'),
    ask('b', 'mark-read', { roomId: '$room', seq: 1 }, { ok: true }),
    ask('b', 'sync', cursor(0, 0, 0), delta({ lastReadSeq: 1, unread: 1 })),
  ),
  modern(
    "the others' read cursors come along",
    say('a', 'one'),
    ask('b', 'mark-read', { roomId: '$room', seq: 1 }, { ok: true }),
    ask('a', 'sync', cursor(0, 0, 0), delta({ reads: { $b: 1 } })),
  ),
  modern(
    'room and members come with the first page',
    ask(
      'b',
      'sync',
      cursor(0, 0, 0),
      delta({
        room: { id: '$room', type: 'private', rev: 2 },
        members: containing({ userId: '$a', role: 'owner' }),
      }),
    ),
  ),
  modern(
    'and not again when nothing changed',
    say('a', 'one'),
    ask(
      'b',
      'sync',
      cursor(3, 1, 1),
      delta({
        members: new Rule(
          'no row',
          (rows) => rows === undefined || (Array.isArray(rows) && rows.length === 0),
        ),
      }),
    ),
  ),
  modern(
    'a room of others is told as removed',
    ask('c', 'sync', cursor(0, 0, 0), { ok: true, rooms: { $room: absent }, removed: ['$room'] }),
  ),
  modern(
    'a room that is not there too',
    ask(
      'a',
      'sync',
      { rooms: { nowhere: { rev: 0, minSeq: 0, maxSeq: 0 } } },
      { ok: true, removed: ['nowhere'] },
    ),
  ),
  modern(
    '`__proto__` is a room that is not there',
    ask(
      'a',
      'sync',
      { rooms: JSON.parse('{"__proto__x":{"rev":0,"minSeq":0,"maxSeq":0}}') },
      { ok: true, removed: ['__proto__x'] },
    ),
  ),
  modern('no rooms are a sync too', ask('a', 'sync', { rooms: {} }, { ok: true, epoch: text, removed: [] })),
  modern(
    '`list` brings the room list',
    say('a', 'one'),
    ask(
      'b',
      'sync',
      { rooms: {}, list: true },
      {
        ok: true,
        list: containing({
          room: { id: '$room', lastSeq: 1 },
          role: 'member',
          unread: 1,
          preview: { seq: 1, content: 'one', senderId: '$a' },
        }),
      },
    ),
  ),
  modern('without `list` there is none', ask('b', 'sync', { rooms: {} }, { list: absent })),
  modern(
    'a cursor ahead of the head is reset',
    say('a', 'one'),
    ask('b', 'sync', cursor(99, 1, 50), delta({ reset: true, rev: 3, tail: [{ seq: 1 }] })),
  ),
  modern(
    'another epoch is reset',
    say('a', 'one'),
    ask(
      'b',
      'sync',
      { epoch: 'of another database', ...cursor(3, 1, 1) },
      delta({ reset: true, tail: [{ seq: 1 }] }),
    ),
  ),
  modern(
    'join-rooms answers with heads',
    say('a', 'one'),
    ask(
      'b',
      'join-rooms',
      { roomIds: ['$room', 'nowhere'] },
      { ok: true, heads: { $room: { rev: 3, lastSeq: 1 }, nowhere: absent } },
    ),
  ),
  modern(
    'a stranger joins nothing',
    ask('c', 'join-rooms', { roomIds: ['$room'] }, { ok: true, heads: { $room: absent } }),
  ),
  modern(
    'joining twice is joining',
    join('b'),
    join('b'),
    say('a', 'one'),
    ask('b', 'sync', cursor(2, 0, 0), delta({ tail: listOf(1) })),
  ),
  refuses(
    'refused: a cursor of −1',
    'sync',
    { rooms: { general: { rev: -1, minSeq: 0, maxSeq: 0 } } },
    'INVALID_PAYLOAD',
  ),
  refuses(
    'refused: a cursor without its window',
    'sync',
    { rooms: { general: { rev: 1 } } },
    'INVALID_PAYLOAD',
  ),
  refuses('refused: a sync of a text', 'sync', { rooms: 'general' }, 'INVALID_PAYLOAD'),
]

function isLimitedRight(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !('tail' in value) || !('lastSeq' in value)) return false
  const { tail, lastSeq, limited, tailFrom } = value as {
    tail: { seq: number }[]
    lastSeq: number
    limited: boolean
    tailFrom: number
  }
  const wanted = lastSeq > 200 ? 50 : lastSeq
  return (
    limited === lastSeq > 200 &&
    tail.length === wanted &&
    tailFrom === lastSeq - wanted + 1 &&
    tail[0]?.seq === tailFrom
  )
}
