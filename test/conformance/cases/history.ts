import { ask, both, modern, refusal, refuses, say } from '../case'
import { listOf, text } from '../match'

const five = [
  say('a', 'one', 'm1'),
  say('a', 'two', 'm2'),
  say('a', 'three', 'm3'),
  say('a', 'four', 'm4'),
  say('a', 'five', 'm5'),
]
const page = (query: object, expect: Parameters<typeof ask>[3]) =>
  ask('b', 'fetch-history', { roomId: '$room', ...query }, expect)

export const historyCases = [
  both('an empty room has an empty page', page({}, { ok: true, messages: [], lastSeq: 0 })),
  both(
    'the newest page ends at the head',
    ...five,
    page({ limit: 2 }, { messages: [{ seq: 4 }, { seq: 5 }], fromSeq: 4, toSeq: 5, lastSeq: 5, floorSeq: 1 }),
  ),
  both(
    'beforeSeq is exclusive',
    ...five,
    page({ beforeSeq: 3 }, { messages: [{ seq: 1 }, { seq: 2 }], fromSeq: 1, toSeq: 2 }),
  ),
  both(
    'afterSeq is exclusive and begins next to it',
    ...five,
    page({ afterSeq: 1, limit: 2 }, { messages: [{ seq: 2 }, { seq: 3 }], fromSeq: 2, toSeq: 3, lastSeq: 5 }),
  ),
  both('afterSeq 0 is the beginning', ...five, page({ afterSeq: 0, limit: 1 }, { messages: [{ seq: 1 }] })),
  both(
    'afterSeq at the head is an empty page and the head',
    ...five,
    page({ afterSeq: 5 }, { messages: [], lastSeq: 5 }),
  ),
  both('afterSeq past the head too', ...five, page({ afterSeq: 99 }, { messages: [], lastSeq: 5 })),
  both(
    'afterSeq 2^53-1 too',
    ...five,
    page({ afterSeq: Number.MAX_SAFE_INTEGER }, { messages: [], lastSeq: 5 }),
  ),
  both(
    'aroundSeq has both sides',
    ...five,
    page({ aroundSeq: 3, limit: 3 }, { messages: [{ seq: 2 }, { seq: 3 }, { seq: 4 }] }),
  ),
  both(
    'aroundId has both sides, and says where it is',
    ...five,
    page({ aroundId: '$m3', limit: 3 }, { messages: [{ seq: 2 }, { seq: 3 }, { seq: 4 }], aroundSeq: 3 }),
  ),
  both(
    'aroundTime of long ago is the beginning, of far ahead the end',
    ...five,
    page({ aroundTime: '1999-01-01T00:00:00Z', limit: 1 }, { messages: [{ seq: 1 }], aroundSeq: 1 }),
    page({ aroundTime: '2999-01-01T00:00:00Z', limit: 1 }, { messages: [{ seq: 5 }], aroundSeq: 5 }),
  ),
  both('the page knows its rev', say('a', 'one'), page({}, { rev: 3 })),
  both(
    'deleted rows are left out, and their seqs are within the page',
    ...five,
    ask('a', 'delete-message', { messageId: '$m3' }, { ok: true }),
    page({ afterSeq: 1, limit: 4 }, { messages: [{ seq: 2 }, { seq: 4 }, { seq: 5 }], fromSeq: 2, toSeq: 5 }),
  ),
  both(
    'tombstones come when asked for, without content',
    ...five,
    ask('a', 'delete-message', { messageId: '$m3' }, { ok: true }),
    page(
      { includeDeleted: true, afterSeq: 2, limit: 1 },
      { messages: [{ id: '$m3', seq: 3, deleted: true, content: '', senderId: '$a' }] },
    ),
  ),
  both('200 is the largest page', say('a', 'one'), page({ limit: 200 }, { ok: true, messages: listOf(1) })),
  ...[-1, 0, 1.5, '10', 1e9, 201].map((limit) =>
    refuses(
      `refused: limit ${JSON.stringify(limit)}`,
      'fetch-history',
      { roomId: '$room', limit },
      'INVALID_PAYLOAD',
    ),
  ),
  ...[-1, 1.5, '3', 2 ** 53].flatMap((seq) => [
    refuses(
      `refused: beforeSeq ${JSON.stringify(seq)}`,
      'fetch-history',
      { roomId: '$room', beforeSeq: seq },
      'INVALID_PAYLOAD',
    ),
    refuses(
      `refused: afterSeq ${JSON.stringify(seq)}`,
      'fetch-history',
      { roomId: '$room', afterSeq: seq },
      'INVALID_PAYLOAD',
    ),
  ]),
  refuses(
    'refused: two places at once',
    'fetch-history',
    { roomId: '$room', beforeSeq: 1, afterSeq: 1 },
    'INVALID_PAYLOAD',
  ),
  refuses(
    'refused: the history of a room of others',
    'fetch-history',
    { roomId: '$room' },
    'ROOM_NOT_FOUND',
    'c',
  ),
  refuses('refused: the history of no room', 'fetch-history', { roomId: 'nowhere' }, 'ROOM_NOT_FOUND'),
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty'].map((roomId) =>
    refuses(`refused: a room called ${roomId}`, 'fetch-history', { roomId }, 'ROOM_NOT_FOUND'),
  ),
  modern(
    'a refusal tells the field',
    ask('a', 'fetch-history', { roomId: '$room', limit: 0 }, refusal('INVALID_PAYLOAD', { field: text })),
  ),
]
