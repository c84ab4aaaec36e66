// What every move has in common: a room, its people and its messages become the lines that `roomful import` reads.
import { createHash } from 'node:crypto'

/** An id as Roomful takes it: letters, digits, `_` and `-`. One that is not gets a stable one made of it. */
export const idOf = (id, prefix = '') =>
  /^[A-Za-z0-9_-]{1,64}$/.test(`${prefix}${id}`)
    ? `${prefix}${id}`
    : `${prefix}${createHash('sha256').update(String(id)).digest('hex').slice(0, 32)}`

/**
 * `people`: Map of user id → { name, avatarUrl?, role? }. `messages`: { id, senderId, content, createdAt (ISO), editedAt?,
 * deleted?, replyTo? (the id of a message), type?, metadata?, reactions? (Map of emoji → user ids) }, in any order.
 */
export function* linesOf({ room, people, messages }) {
  const roomId = idOf(room.id)
  const sorted = [...messages].sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1))
  // Who wrote and has left since is a member no more; the messages keep their name.
  const members = [...people].filter(([, { isMember = true }]) => isMember)
  const rev = members.length + sorted.length
  const row = {
    id: roomId,
    name: room.name || roomId,
    type: room.type ?? 'private',
    metadata: room.metadata ?? {},
  }
  const since = room.createdAt ?? sorted[0]?.createdAt ?? new Date(0).toISOString()
  const made = { createdBy: null, createdAt: since, settings: {} }
  yield line({ kind: 'room', room: { ...row, ...made, rev, lastSeq: sorted.length } })
  for (const [at, [userId, { name, avatarUrl, role = 'member' }]] of members.entries()) {
    const shown = { name: name || userId, ...(avatarUrl ? { avatarUrl } : {}) }
    const place = { joinedAt: since, lastReadSeq: sorted.length, fromSeq: 1, rev: at + 1 }
    yield line({ kind: 'member', member: { roomId, userId, ...shown, role, ...place } })
  }
  for (const [at, message] of sorted.entries()) {
    const { id, senderId, content, deleted = false, replyTo, metadata, reactions = new Map() } = message
    const type = message.type ?? (replyTo ? 'reply' : 'text')
    const shown = deleted ? { content: '', reactions: [] } : { content, reactions: reactionsOf(reactions) }
    const place = { seq: at + 1, rev: members.length + at + 1, createdAt: message.createdAt }
    yield line({
      kind: 'message',
      message: {
        ...{ id: idOf(id), roomId, senderId, senderName: people.get(senderId)?.name || senderId },
        ...{ type, ...shown, replyTo: replyTo ? idOf(replyTo) : null, deleted, ...place },
        ...{ editedAt: message.editedAt ?? null, ...(metadata && !deleted ? { metadata } : {}) },
      },
    })
  }
}

const reactionsOf = (reactions) =>
  [...reactions].map(([emoji, users]) => ({ emoji, count: users.length, users: users.slice(0, 20) }))

const line = (row) => `${JSON.stringify(row)}\n`
