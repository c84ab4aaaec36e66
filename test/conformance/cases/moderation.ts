import { ask, both, miss, modern, refusal, refuses, say, see } from '../case'
import { absent, anything, containing, lacking, listOf, text, time } from '../match'

const report = (who: 'a' | 'b' = 'b') =>
  ask(
    who,
    'report-message',
    { messageId: '$m', reason: 'spam' },
    {
      ok: true,
      report: { messageId: '$m', roomId: '$room', reporterId: `$${who}`, reason: 'spam', resolvedAt: null },
    },
    { report: 'report.id' },
  )
const listed = (what: object, expect: Parameters<typeof ask>[3]) =>
  ask('a', 'list-reports', { roomId: '$room', ...what }, expect)

export const moderationCases = [
  both(
    'a message is reported by a member, and waits in the queue',
    say('a', 'x'),
    report(),
    listed(
      {},
      {
        ok: true,
        reports: [{ id: '$report', messageId: '$m', createdAt: time }],
      },
    ),
  ),
  both(
    'a message that is not there is not reported',
    ask('b', 'report-message', { messageId: 'none' }, refusal('MESSAGE_NOT_FOUND')),
  ),
  both(
    'a message of a hidden room is not reported',
    say('a', 'x'),
    ask('c', 'report-message', { messageId: '$m' }, refusal('MESSAGE_NOT_FOUND')),
  ),
  both(
    'a report names the room of its message or none',
    say('a', 'x'),
    ask('b', 'report-message', { messageId: '$m', roomId: 'general' }, refusal('MESSAGE_NOT_FOUND')),
  ),
  both('the queue is not for members', ask('b', 'list-reports', { roomId: '$room' }, refusal('FORBIDDEN'))),
  both(
    'the queue is hidden with its room',
    ask('c', 'list-reports', { roomId: '$room' }, refusal('ROOM_NOT_FOUND')),
  ),
  both(
    'a report is resolved, and leaves the queue',
    say('b', 'x'),
    report('a'),
    ask(
      'a',
      'resolve-report',
      { roomId: '$room', reportId: '$report', resolution: 'dismissed' },
      { ok: true, report: { id: '$report', resolvedBy: '$a', resolvedAt: time, resolution: 'dismissed' } },
    ),
    listed({}, { ok: true, reports: listOf(0) }),
    listed({ resolved: true }, { ok: true, reports: containing({ id: '$report' }) }),
  ),
  both(
    'a report that is resolved stays as it is',
    say('b', 'x'),
    report('a'),
    ask('a', 'resolve-report', { roomId: '$room', reportId: '$report', resolution: 'deleted' }, { ok: true }),
    ask(
      'a',
      'resolve-report',
      { roomId: '$room', reportId: '$report', resolution: 'other' },
      { ok: true, report: { resolution: 'deleted' } },
    ),
  ),
  both(
    'a member resolves nothing',
    say('a', 'x'),
    report(),
    ask(
      'b',
      'resolve-report',
      { roomId: '$room', reportId: '$report', resolution: 'other' },
      refusal('FORBIDDEN'),
    ),
  ),
  both(
    'the queue comes in pages',
    say('a', 'x'),
    report(),
    report('a'),
    ask(
      'a',
      'list-reports',
      { roomId: '$room', limit: 1 },
      { ok: true, reports: listOf(1), next: text },
      { next: 'next' },
    ),
    ask(
      'a',
      'list-reports',
      { roomId: '$room', after: '$next' },
      { ok: true, reports: [{ id: '$report' }], next: absent },
    ),
  ),
  both(
    'an act of moderation is in the audit log',
    ask('a', 'remove-member', { roomId: '$room', userId: '$b', reason: 'rude' }, { ok: true }),
    ask(
      'a',
      'fetch-audit',
      { roomId: '$room' },
      {
        ok: true,
        entries: [{ actorId: '$a', action: 'kick', targetId: '$b', reason: 'rude', createdAt: time }],
      },
    ),
  ),
  both(
    'the audit log is newest first',
    ask('a', 'set-role', { roomId: '$room', userId: '$b', role: 'admin' }, { ok: true }),
    ask('a', 'ban-member', { roomId: '$room', userId: '$b' }, { ok: true }),
    ask(
      'a',
      'fetch-audit',
      { roomId: '$room' },
      { ok: true, entries: [{ action: 'ban' }, { action: 'set-role' }] },
    ),
    ask('a', 'fetch-audit', { roomId: '$room', limit: 1 }, { ok: true, entries: listOf(1), next: text }),
  ),
  both(
    'the audit log is not for members',
    ask('b', 'fetch-audit', { roomId: '$room' }, refusal('FORBIDDEN')),
  ),
  both(
    'the audit log is hidden with its room',
    ask('c', 'fetch-audit', { roomId: '$room' }, refusal('ROOM_NOT_FOUND')),
  ),
  both(
    'whoever is banned from a public room is told so when he joins',
    ask(
      'a',
      'create-room',
      { name: 'Open', type: 'public', members: ['$c'] },
      { ok: true },
      { made: 'room.id' },
    ),
    ask('a', 'ban-member', { roomId: '$made', userId: '$c' }, { ok: true }),
    ask('c', 'add-member', { roomId: '$made' }, refusal('USER_BANNED')),
    ask('a', 'unban-member', { roomId: '$made', userId: '$c' }, { ok: true }),
    ask('c', 'add-member', { roomId: '$made' }, { ok: true }),
  ),
  both(
    'the last owner does not leave',
    ask('a', 'remove-member', { roomId: '$room' }, refusal('LIMIT_EXCEEDED')),
  ),
  both(
    'the last owner leaves after handing the room over',
    ask(
      'a',
      'set-role',
      { roomId: '$room', userId: '$b', role: 'owner' },
      { ok: true, member: { role: 'owner' } },
    ),
    ask(
      'a',
      'fetch-members',
      { roomId: '$room' },
      { ok: true, members: containing({ userId: '$a', role: 'admin' }) },
    ),
    ask('a', 'remove-member', { roomId: '$room' }, { ok: true, member: { removed: 'left' } }),
    ask('b', 'fetch-members', { roomId: '$room' }, { ok: true, members: lacking({ userId: '$a' }) }),
  ),
  both(
    'an equal is not removed',
    ask('a', 'set-role', { roomId: '$room', userId: '$b', role: 'admin' }, { ok: true }),
    ask('b', 'remove-member', { roomId: '$room', userId: '$a' }, refusal('FORBIDDEN')),
  ),
  both(
    'a moderator deletes what a member wrote, and never edits it',
    say('b', 'rude'),
    ask('a', 'edit-message', { messageId: '$m', content: 'kind' }, refusal('FORBIDDEN')),
    ask('a', 'delete-message', { messageId: '$m' }, { ok: true, message: { deleted: true, content: '' } }),
  ),
  modern(
    'a member of a common room is seen as online, a stranger is not',
    ask('b', 'fetch-members', { roomId: '$room' }, { ok: true }),
    ask('c', 'list-rooms', { limit: 1 }, { ok: true }),
    ask('b', 'join-rooms', { roomIds: ['$room'] }, { ok: true }),
    ask('a', 'join-rooms', { roomIds: ['$room'] }, { ok: true }),
    ask(
      'a',
      'watch-presence',
      { userIds: ['$b', '$c'] },
      {
        ok: true,
        presence: [
          { userId: '$b', status: 'online' },
          { userId: '$c', status: 'offline', lastSeenAt: null },
        ],
      },
    ),
  ),
  modern(
    'who is watched and goes away is told, to whoever watches',
    ask('a', 'join-rooms', { roomIds: ['$room'] }, { ok: true }),
    ask('b', 'join-rooms', { roomIds: ['$room'] }, { ok: true }),
    ask('a', 'watch-presence', { userIds: ['$b'] }, { ok: true }),
    ask('b', 'watch-presence', { userIds: [], status: 'away' }, { ok: true, presence: listOf(0) }),
    see('a', 'presence', { userId: '$b', status: 'away' }),
    miss('b', 'presence', anything),
  ),
  refuses('refused: a token that is none', 'refresh-token', { token: 'nonsense' }, 'TOKEN_INVALID'),
  refuses(
    'refused: more watched users than the limit',
    'watch-presence',
    { userIds: Array.from({ length: 201 }, (_, n) => `user-${n}`) },
    'INVALID_PAYLOAD',
  ),
  refuses(
    'refused: a resolution of another kind',
    'resolve-report',
    { roomId: '$room', reportId: 'x', resolution: 'burnt' },
    'INVALID_PAYLOAD',
  ),
  refuses(
    'refused: a reason over the limit',
    'remove-member',
    { roomId: '$room', userId: '$b', reason: 'x'.repeat(501) },
    'INVALID_PAYLOAD',
  ),
]
