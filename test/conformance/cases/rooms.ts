import { ask, both, join, miss, modern, refusal, refuses, say, see, tell } from '../case'
import { absent, containing, lacking, Rule, text } from '../match'

const made = (type: string, name = 'Made') =>
  ask('a', 'create-room', { name, type }, { ok: true }, { made: 'room.id' })

export const roomCases = [
  both(
    'a room is made by its owner',
    ask(
      'a',
      'create-room',
      { name: 'Tea', type: 'public' },
      { ok: true, room: { id: text, name: 'Tea', type: 'public', createdBy: '$a', lastSeq: 0, rev: 1 } },
    ),
  ),
  modern(
    'its members hear of it',
    tell('b', 'sync', { rooms: {} }),
    ask(
      'a',
      'create-room',
      { name: 'Tea', type: 'private', members: ['$b'] },
      { ok: true },
      { made: 'room.id' },
    ),
    see('b', 'room-added', { item: { room: { id: '$made', name: 'Tea' }, role: 'member' } }),
  ),
  refuses('refused: a room without a name', 'create-room', { name: ' ', type: 'public' }, 'INVALID_PAYLOAD'),
  refuses('refused: a dm by create-room', 'create-room', { name: 'x', type: 'dm' }, 'INVALID_PAYLOAD'),
  refuses(
    'refused: a room of an unknown type',
    'create-room',
    { name: 'x', type: 'secret' },
    'INVALID_PAYLOAD',
  ),
  refuses(
    'refused: a member nobody knows',
    'create-room',
    { name: 'x', type: 'private', members: ['nobody-of-this-name'] },
    'USER_NOT_FOUND',
  ),
  modern(
    'a public room is listed and joined',
    made('public', 'Open house'),
    ask(
      'c',
      'list-rooms',
      { query: 'open HOUSE', limit: 100 },
      { ok: true, rooms: containing({ id: '$made' }) },
    ),
    ask('c', 'add-member', { roomId: '$made' }, { ok: true, member: { userId: '$c', role: 'member' } }),
    ask('c', 'send-message', { roomId: '$made', content: 'hi', clientId: '$id1' }, { ok: true }),
  ),
  modern(
    'a public room may be read only by its members',
    made('public'),
    ask('c', 'fetch-history', { roomId: '$made' }, refusal('ROOM_NOT_FOUND')),
  ),
  modern(
    'joining twice is joining once',
    made('public'),
    ask('c', 'add-member', { roomId: '$made' }, { ok: true }, { rev: 'member.rev' }),
    ask('c', 'add-member', { roomId: '$made' }, { ok: true, member: { rev: '$rev' } }),
  ),
  modern(
    'a private room is not listed',
    ask(
      'c',
      'list-rooms',
      { query: 'Conformance', limit: 100 },
      { ok: true, rooms: lacking({ id: '$room' }) },
    ),
  ),
  modern(
    'a private room is not joined',
    ask('c', 'add-member', { roomId: '$room' }, refusal('ROOM_NOT_FOUND')),
  ),
  modern(
    'the search takes % and _ as they are',
    ask(
      'a',
      'list-rooms',
      { query: '%_\\' },
      { ok: true, rooms: new Rule('no rooms', (rooms) => Array.isArray(rooms) && rooms.length === 0) },
    ),
  ),
  refuses('refused: a page of 0 rooms', 'list-rooms', { limit: 0 }, 'INVALID_PAYLOAD'),
  modern(
    'an invitation is told to the invited',
    tell('c', 'sync', { rooms: {} }),
    ask('c', 'fetch-members', { roomId: '$room' }, refusal('ROOM_NOT_FOUND')),
    ask(
      'a',
      'add-member',
      { roomId: '$room', userId: '$c' },
      { ok: true, member: { userId: '$c', role: 'member' } },
    ),
    see('c', 'room-added', { item: { room: { id: '$room' } } }),
    ask('c', 'send-message', { roomId: '$room', content: 'thanks', clientId: '$id1' }, { ok: true }),
  ),
  modern(
    'taking back an invitation that never was is no error, and lists none',
    ask('a', 'withdraw-invitation', { roomId: '$room', userId: '$c' }, { ok: true }),
    ask(
      'a',
      'list-sent-invitations',
      {},
      { ok: true, invitations: new Rule('none', (found) => Array.isArray(found) && found.length === 0) },
    ),
  ),
  modern(
    'leaving ends it',
    join('b'),
    ask('b', 'remove-member', { roomId: '$room' }, { ok: true, member: { userId: '$b', removed: 'left' } }),
    see('b', 'room-removed', { roomId: '$room', reason: 'left' }),
    ask('b', 'send-message', { roomId: '$room', content: 'x', clientId: '$id1' }, refusal('ROOM_NOT_FOUND')),
  ),
  modern(
    'a kick ends it, at once',
    join('b'),
    ask('a', 'remove-member', { roomId: '$room', userId: '$b' }, { ok: true, member: { removed: 'kicked' } }),
    see('b', 'room-removed', { roomId: '$room', reason: 'kicked' }),
    ask('b', 'fetch-history', { roomId: '$room' }, refusal('ROOM_NOT_FOUND')),
    say('a', 'secret'),
    // `b` can still request nothing but its own list: that is the round trip.
    ask('b', 'sync', { rooms: {} }, { ok: true }),
    miss('b', 'changes', { changes: containing({ message: { content: 'secret' } }) }),
  ),
  both(
    'a member cannot kick',
    ask('b', 'remove-member', { roomId: '$room', userId: '$a' }, refusal('FORBIDDEN')),
  ),
  modern(
    'a ban holds against invitations until it ends',
    ask('a', 'ban-member', { roomId: '$room', userId: '$b' }, { ok: true, member: { removed: 'banned' } }),
    ask('b', 'send-message', { roomId: '$room', content: 'x', clientId: '$id1' }, refusal('ROOM_NOT_FOUND')),
    ask('a', 'unban-member', { roomId: '$room', userId: '$b' }, { ok: true }),
    ask('a', 'add-member', { roomId: '$room', userId: '$b' }, { ok: true, member: { removed: absent } }),
    ask('b', 'send-message', { roomId: '$room', content: 'x', clientId: '$id1' }, { ok: true }),
  ),
  modern(
    'a mute holds until it ends',
    ask(
      'a',
      'mute-member',
      { roomId: '$room', userId: '$b', until: '2999-01-01T00:00:00.000Z' },
      { ok: true },
    ),
    ask('b', 'send-message', { roomId: '$room', content: 'x', clientId: '$id1' }, refusal('MUTED')),
    ask('a', 'mute-member', { roomId: '$room', userId: '$b', until: null }, { ok: true }),
    ask('b', 'send-message', { roomId: '$room', content: 'x', clientId: '$id1' }, { ok: true }),
  ),
  modern(
    'a read-only room takes messages of its owner',
    ask(
      'a',
      'update-room',
      { roomId: '$room', settings: { readOnly: true } },
      { ok: true, room: { settings: { readOnly: true } } },
    ),
    ask('b', 'send-message', { roomId: '$room', content: 'x', clientId: '$id1' }, refusal('FORBIDDEN')),
    say('a', 'news'),
  ),
  modern(
    'an archived room takes none',
    ask('a', 'update-room', { roomId: '$room', settings: { archived: true } }, { ok: true }),
    ask('a', 'send-message', { roomId: '$room', content: 'x', clientId: '$id1' }, refusal('ROOM_ARCHIVED')),
    ask('b', 'fetch-history', { roomId: '$room' }, { ok: true }),
  ),
  modern(
    'slow mode tells how long to wait',
    ask('a', 'update-room', { roomId: '$room', settings: { slowModeSeconds: 60 } }, { ok: true }),
    say('b', 'one'),
    ask(
      'b',
      'send-message',
      { roomId: '$room', content: 'x', clientId: '$id1' },
      refusal('SLOW_MODE', {
        retryAfterMs: new Rule('up to a minute', (ms) => Number(ms) > 0 && Number(ms) <= 60_000),
      }),
    ),
  ),
  modern(
    'a rename reaches the members',
    join('b'),
    ask('a', 'update-room', { roomId: '$room', name: 'Renamed' }, { ok: true, room: { name: 'Renamed' } }),
    see('b', 'changes', { changes: containing({ kind: 'room', room: { name: 'Renamed' } }) }),
  ),
  both(
    'a member cannot rename',
    ask('b', 'update-room', { roomId: '$room', name: 'Mine' }, refusal('FORBIDDEN')),
  ),
  modern(
    'a dm of the same people is the same room',
    ask('a', 'open-dm', { userIds: ['$c'] }, { ok: true, room: { type: 'dm' } }, { dm: 'room.id' }),
    ask('c', 'open-dm', { userIds: ['$a'] }, { ok: true, room: { id: '$dm' } }),
  ),
  modern(
    'a dm is not the room of more people',
    ask('a', 'open-dm', { userIds: ['$c'] }, { ok: true }, { dm: 'room.id' }),
    ask(
      'a',
      'open-dm',
      { userIds: ['$b', '$c'] },
      { ok: true, room: { id: new Rule('a text', (id) => typeof id === 'string') } },
    ),
  ),
  modern(
    'members are listed',
    ask(
      'b',
      'fetch-members',
      { roomId: '$room' },
      { ok: true, members: containing({ userId: '$a', role: 'owner' }) },
    ),
  ),
  modern(
    'a role is given by the owner',
    ask(
      'a',
      'set-role',
      { roomId: '$room', userId: '$b', role: 'admin' },
      { ok: true, member: { role: 'admin' } },
    ),
    ask('b', 'update-room', { roomId: '$room', name: 'By an admin' }, { ok: true }),
  ),
  both(
    'a role is not taken',
    ask('b', 'set-role', { roomId: '$room', userId: '$b', role: 'owner' }, refusal('FORBIDDEN')),
  ),
  modern(
    'typing reaches the others, with an end',
    join('a'),
    join('b'),
    tell('a', 'typing', { roomId: '$room', typing: true }),
    see('b', 'typing', { roomId: '$room', userId: '$a', until: text }),
  ),
  both('an unknown event is told so', ask('a', 'no-such-event', {}, refusal('UNKNOWN_EVENT'))),
  ...[null, [], 'text', 7, undefined].flatMap((payload) =>
    ['send-message', 'fetch-history', 'edit-message'].map((event) =>
      refuses(
        `refused: ${event} with ${JSON.stringify(payload) ?? 'nothing'} as its payload`,
        event,
        payload,
        'INVALID_PAYLOAD',
      ),
    ),
  ),
]
