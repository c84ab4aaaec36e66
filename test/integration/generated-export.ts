import { visibleJson } from '../../packages/cli/src/visible'

/** A room of an export, made up: `texts` in turn, each with its number, from three members. */
export type GeneratedRoom = {
  readonly id: string
  readonly messages: number
  readonly texts: readonly string[]
}

const MEMBERS = ['ann', 'bob', 'zoë']
const BEGUN = Date.parse('2020-01-01T00:00:00.000Z')
/** Of each so many messages one is edited, deleted, has reactions, is a reply. */
const [EDITED, DELETED, REACTED, REPLY] = [13, 17, 19, 7] as const

/** Line by line, as `roomful export` writes them of a database into which they were imported. */
export function* exportLines({ id: roomId, messages, texts }: GeneratedRoom): Generator<string> {
  const createdAt = time(0)
  const rev = MEMBERS.length + messages
  const room = {
    ...{ id: roomId, name: `Room ${roomId}`, type: 'public', createdBy: 'ann', createdAt },
    ...{ metadata: { topic: 'é' }, settings: {}, rev, lastSeq: messages, memberCount: MEMBERS.length },
  }
  yield `${visibleJson({ kind: 'room', room })}\n`
  for (const [at, userId] of MEMBERS.entries()) {
    const role = at === 0 ? 'owner' : 'member'
    const member = {
      roomId,
      userId,
      name: userId,
      role,
      joinedAt: createdAt,
      lastReadSeq: 0,
      fromSeq: 1,
      rev: at + 1,
    }
    yield `${visibleJson({ kind: 'member', member })}\n`
  }
  for (let seq = 1; seq <= messages; seq++)
    yield `${visibleJson({ kind: 'message', message: messageOf(roomId, seq, texts[seq % texts.length] ?? '') })}\n`
}

/** In the order in which a store gives the fields. */
function messageOf(roomId: string, seq: number, text: string): object {
  const senderId = MEMBERS[seq % MEMBERS.length] ?? ''
  const isDeleted = seq % DELETED === 0
  return {
    id: idOf(seq),
    roomId,
    seq,
    rev: MEMBERS.length + seq,
    senderId,
    senderName: senderId,
    clientId: `client-${roomId}-${seq}`,
    type: seq % REPLY === 0 ? 'reply' : 'text',
    content: isDeleted ? '' : `${seq}: ${text}`,
    replyTo: seq % REPLY === 0 ? idOf(seq - 1) : null,
    ...(isDeleted || seq % EDITED > 0 ? {} : { metadata: { n: seq / 4, tags: ['a', null] } }),
    createdAt: time(seq),
    editedAt: seq % EDITED === 0 ? time(seq + 1) : null,
    deleted: isDeleted,
    reactions: isDeleted || seq % REACTED > 0 ? [] : [{ emoji: '👍', count: 2, users: ['ann', 'bob'] }],
  }
}

const time = (n: number): string => new Date(BEGUN + n * 1_000).toISOString()
const idOf = (seq: number): string =>
  `0196${seq.toString(16).padStart(4, '0').slice(-4)}-${Math.floor(seq / 65_536)
    .toString(16)
    .padStart(4, '0')}-7000-8000-000000000000`
