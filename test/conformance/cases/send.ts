import { ask, both, join, miss, modern, refusal, refuses, say, see } from '../case'
import { absent, anything, containing, listOf, Rule, text, time } from '../match'

const oneText = (content: string, name = 'c1') => ({ content, clientId: `$client-${name}` })

export const sendCases = [
  both(
    'a send is answered with its row',
    ask(
      'a',
      'send-message',
      { roomId: '$room', content: 'hello', clientId: '$id1' },
      {
        ok: true,
        duplicate: absent,
        message: {
          id: text,
          roomId: '$room',
          seq: 1,
          senderId: '$a',
          senderName: text,
          clientId: '$id1',
          type: 'text',
          content: 'hello',
          replyTo: null,
          createdAt: time,
          editedAt: null,
          deleted: false,
          reactions: [],
        },
      },
    ),
  ),
  both(
    'seqs count up from 1 without a hole',
    say('a', 'one'),
    ask('b', 'send-message', { roomId: '$room', content: 'two', clientId: '$id2' }, { message: { seq: 2 } }),
    ask(
      'a',
      'send-message',
      { roomId: '$room', content: 'three', clientId: '$id3' },
      { message: { seq: 3 } },
    ),
  ),
  both(
    'a repeat with the same clientId is the same row',
    ask(
      'a',
      'send-message',
      { roomId: '$room', content: 'hello', clientId: '$id1' },
      { ok: true },
      { m: 'message.id' },
    ),
    ask(
      'a',
      'send-message',
      { roomId: '$room', content: 'hello', clientId: '$id1' },
      { ok: true, duplicate: true, message: { id: '$m', seq: 1 } },
    ),
    ask('b', 'fetch-history', { roomId: '$room' }, { messages: listOf(1) }),
  ),
  both(
    'a repeat takes no number',
    say('a', 'one'),
    say('a', 'one'),
    ask('a', 'send-message', { roomId: '$room', content: 'two', clientId: '$id2' }, { message: { seq: 2 } }),
  ),
  both(
    'the same clientId for another content is refused, and the first stays',
    ask('a', 'send-message', { roomId: '$room', content: 'hello', clientId: '$id1' }, { ok: true }),
    ask(
      'a',
      'send-message',
      { roomId: '$room', content: 'other', clientId: '$id1' },
      refusal('CLIENT_ID_CONFLICT', { retry: 'never' }),
    ),
    ask('b', 'fetch-history', { roomId: '$room' }, { messages: [{ content: 'hello' }] }),
  ),
  both(
    "another user's clientId is free for oneself",
    ask('a', 'send-message', { roomId: '$room', content: 'mine', clientId: '$id1' }, { message: { seq: 1 } }),
    ask(
      'b',
      'send-message',
      { roomId: '$room', content: 'yours', clientId: '$id1' },
      { duplicate: absent, message: { seq: 2, senderId: '$b' } },
    ),
  ),
  both(
    'a second device that sends the same clientId gets the same row',
    ask(
      'a',
      'send-message',
      { roomId: '$room', content: 'hello', clientId: '$id1' },
      { ok: true },
      { m: 'message.id' },
    ),
    ask(
      'a2',
      'send-message',
      { roomId: '$room', content: 'hello', clientId: '$id1' },
      { duplicate: true, message: { id: '$m' } },
    ),
  ),
  both(
    'a reply names the message it answers',
    say('a', 'question'),
    ask(
      'b',
      'send-message',
      { roomId: '$room', content: 'answer', type: 'reply', replyTo: '$m', clientId: '$id2' },
      { message: { type: 'reply', replyTo: '$m' } },
    ),
  ),
  both(
    'a reply to what is not there is refused',
    ask(
      'a',
      'send-message',
      { roomId: '$room', content: 'answer', replyTo: 'nothing', clientId: '$id2' },
      refusal('MESSAGE_NOT_FOUND'),
    ),
  ),
  both(
    'metadata comes back as it was',
    ask(
      'a',
      'send-message',
      {
        roomId: '$room',
        content: 'x',
        clientId: '$id1',
        metadata: { colour: 'red', list: [1, null, { deep: true }] },
      },
      { message: { metadata: { colour: 'red', list: [1, null, { deep: true }] } } },
    ),
  ),
  ...[
    ['emoji of several code points', '👩‍👩‍👧 ok'],
    ['combining marks, not normalised', 'e\u0301 \u00e9'],
    ['right-to-left overrides', 'a\u202eb\u202cc'],
    ['newlines, tabs and blanks at its ends', '\n\t a \n b \n\n'],
    ['what looks like HTML', '<img src=x onerror="alert(1)">'],
    ['what looks like SQL', "'; drop table messages; --"],
    ['a byte order mark before text', '\ufefftext'],
    ['a line separator and a NEL', 'a\u2028b\u0085c'],
    ['8,000 characters outside the BMP', '😀'.repeat(8_000)],
  ].map(([what = '', content = '']) =>
    both(
      `text is kept byte for byte: ${what}`,
      ask(
        'a',
        'send-message',
        { roomId: '$room', content, clientId: '$id1' },
        { ok: true, message: { content } },
      ),
      ask('b', 'fetch-history', { roomId: '$room' }, { messages: [{ content }] }),
    ),
  ),
  ...[
    ['an empty text', '', 'INVALID_CONTENT'],
    ['blanks only', ' \n\t ', 'INVALID_CONTENT'],
    ['zero-width characters only', '\u200b\ufeff\u200d', 'INVALID_CONTENT'],
    ['NUL', 'a\u0000b', 'INVALID_CONTENT'],
    ['a lone surrogate', 'a\ud800b', 'INVALID_CONTENT'],
    ['8,001 characters', 'a'.repeat(8_001), 'CONTENT_TOO_LONG'],
  ].map(([what = '', content = '', code = '']) =>
    refuses(`refused: ${what}`, 'send-message', { roomId: '$room', content, clientId: '$id1' }, code),
  ),
  both(
    'too long is told with the limit',
    ask(
      'a',
      'send-message',
      { roomId: '$room', content: 'a'.repeat(9_000), clientId: '$id1' },
      refusal('CONTENT_TOO_LONG', { limit: 8_000 }),
    ),
  ),
  ...[
    ['too short', 'short'],
    ['too long', 'x'.repeat(65)],
    ['with blanks', 'with blanks in it'],
    ['a number', 12_345_678],
    ['empty', ''],
  ].map(([what, clientId]) =>
    refuses(
      `refused: a clientId ${what}`,
      'send-message',
      { roomId: '$room', content: 'x', clientId },
      'INVALID_PAYLOAD',
    ),
  ),
  ...['seq', 'senderId', 'createdAt', 'id', 'role'].map((field) =>
    refuses(
      `refused: a sender who sets ${field}`,
      'send-message',
      { roomId: '$room', content: 'x', clientId: '$id1', [field]: 1 },
      'INVALID_PAYLOAD',
    ),
  ),
  refuses(
    'refused: a system message',
    'send-message',
    { roomId: '$room', content: 'x', type: 'system', clientId: '$id1' },
    'INVALID_PAYLOAD',
  ),
  refuses(
    'refused: metadata that is nested too deep',
    'send-message',
    {
      roomId: '$room',
      content: 'x',
      clientId: '$id1',
      metadata: { a: { b: { c: { d: { e: { f: { g: { h: { i: 1 } } } } } } } } },
    },
    'INVALID_PAYLOAD',
  ),
  refuses(
    'refused: metadata that reaches for a prototype',
    'send-message',
    { roomId: '$room', content: 'x', clientId: '$id1', metadata: { constructor: 1 } },
    'INVALID_PAYLOAD',
  ),
  modern(
    'changes come to everyone in the room, in rev order',
    join('a'),
    join('b'),
    say('a', 'one'),
    see('b', 'changes', {
      roomId: '$room',
      changes: [{ kind: 'message', rev: 3, message: { id: '$m', seq: 1, rev: 3 } }],
    }),
    see('a', 'changes', { roomId: '$room', changes: [{ kind: 'message', rev: 3 }] }),
  ),
  modern(
    'a batch is one commit and one changes',
    join('b'),
    ask(
      'a',
      'send-messages',
      { roomId: '$room', messages: [oneText('one', 'c1'), oneText('two', 'c2'), oneText('three', 'c3')] },
      {
        ok: true,
        results: [{ ok: true, message: { seq: 1 } }, { message: { seq: 2 } }, { message: { seq: 3 } }],
      },
    ),
    see('b', 'changes', {
      changes: [{ message: { seq: 1 } }, { message: { seq: 2 } }, { message: { seq: 3 } }],
    }),
  ),
  modern(
    'a batch has a result for each, the refused among them',
    ask(
      'a',
      'send-messages',
      { roomId: '$room', messages: [oneText('one', 'c1'), oneText('', 'c2'), oneText('three', 'c3')] },
      {
        ok: true,
        results: [{ ok: true, message: { seq: 1 } }, refusal('INVALID_CONTENT'), { message: { seq: 2 } }],
      },
    ),
  ),
  modern(
    'a batch that is sent again is the same rows',
    ask(
      'a',
      'send-messages',
      { roomId: '$room', messages: [oneText('one', 'c1'), oneText('two', 'c2')] },
      { ok: true },
    ),
    ask(
      'a',
      'send-messages',
      { roomId: '$room', messages: [oneText('one', 'c1'), oneText('two', 'c2'), oneText('three', 'c3')] },
      {
        results: [
          { duplicate: true, message: { seq: 1 } },
          { duplicate: true, message: { seq: 2 } },
          { duplicate: absent, message: { seq: 3 } },
        ],
      },
    ),
  ),
  modern(
    'a clientId twice in one batch is one row',
    ask(
      'a',
      'send-messages',
      { roomId: '$room', messages: [oneText('one'), oneText('one')] },
      { results: [{ message: { seq: 1 } }, { duplicate: true, message: { seq: 1 } }] },
    ),
  ),
  refuses('refused: an empty batch', 'send-messages', { roomId: '$room', messages: [] }, 'INVALID_PAYLOAD'),
  refuses(
    'refused: a batch of 51',
    'send-messages',
    { roomId: '$room', messages: Array.from({ length: 51 }, (_, i) => oneText('x', `c${i}`)) },
    'INVALID_PAYLOAD',
  ),
  modern(
    'a batch into a room that is not there is refused, one by one',
    ask(
      'a',
      'send-messages',
      { roomId: 'nowhere', messages: [oneText('one', 'c1'), oneText('two', 'c2')] },
      { ok: true, results: [refusal('ROOM_NOT_FOUND'), refusal('ROOM_NOT_FOUND')] },
    ),
  ),
  both(
    'a room of others and one that is not there look the same',
    ask('c', 'send-message', { roomId: '$room', content: 'x', clientId: '$id1' }, refusal('ROOM_NOT_FOUND'), {
      first: 'error',
    }),
    ask(
      'c',
      'send-message',
      { roomId: 'nowhere', content: 'x', clientId: '$id1' },
      refusal('ROOM_NOT_FOUND', { error: '$first' }),
    ),
  ),
  both(
    'a refused send reaches nobody and takes no number',
    join('b'),
    ask('a', 'send-message', { roomId: '$room', content: ' ', clientId: '$id1' }, refusal('INVALID_CONTENT')),
    miss('b', 'changes', {}),
    miss('b', 'new-message', {}),
    ask('a', 'send-message', { roomId: '$room', content: 'x', clientId: '$id2' }, { message: { seq: 1 } }),
  ),
  both(
    'a frame of 70 KB is refused, and the line holds',
    ask(
      'a',
      'send-message',
      { roomId: '$room', content: 'x', clientId: '$id1', metadata: { big: 'x'.repeat(70_000) } },
      refusal('PAYLOAD_TOO_LARGE'),
    ),
    say('a', 'still here'),
  ),
  both(
    'every refusal has a name for the log',
    ask(
      'a',
      'send-message',
      {},
      refusal('INVALID_PAYLOAD', { requestId: text, retry: 'never', field: anything }),
    ),
  ),
  modern(
    'the history has what was sent by both, once',
    say('a', 'one'),
    say('b', 'two', 'm2'),
    ask('a', 'fetch-history', { roomId: '$room' }, { messages: containing({ id: '$m2' }) }),
    ask(
      'a',
      'fetch-history',
      { roomId: '$room' },
      { messages: new Rule('two rows', (rows) => Array.isArray(rows) && rows.length === 2) },
    ),
  ),
]
