// Fills a new database with the rooms of the demonstration: `node scripts/demo/seed.mjs <database file> <messages of the
// big one>`. Begun and not ended, it goes on where it was: rows that are there are left alone.
import { mkdirSync } from 'node:fs'
import { asMessageId, asRoomId, asUserId } from '@roomful/protocol'
import { importRoom, openStore } from '@roomful/server'
import { ARCHIVE_ID, archive, archiveRoom } from './archive.mjs'
import { botFolder } from './demo.mjs'
import { PEOPLE } from './people.mjs'
import { ROOMS } from './rooms.mjs'

/** @typedef {import('@roomful/server').ExportedRow} Row */

const [path = '', length = ''] = process.argv.slice(2)
const now = Date.now()

const begun = performance.now()
const store = await openStore(`sqlite:${path}`)
try {
  for (const room of ROOMS) await importRoom(store, rowsOf(room))
  await importRoom(store, rowsOfArchive())
} finally {
  await store.close()
}
// By this the next start knows that the rooms are there.
mkdirSync(botFolder(path), { recursive: true })
console.log(`filling the demonstration's rooms …  ${((performance.now() - begun) / 1000).toFixed(1)} s`)

/** @param {import('./rooms.mjs').DemoRoom} room @returns {AsyncGenerator<Row>} */
async function* rowsOf({ lines, ...room }) {
  yield* headOf(room, lines.length)
  for (const [index, line] of lines.entries()) {
    const { who, text, ago, answers, reactions = [], pinned, edited } = line
    const at = now - ago * 60_000
    yield row(room.id, {
      ...{ seq: index + 1, senderId: PEOPLE[who].id, senderName: PEOPLE[who].name, content: text, at },
      ...(answers === undefined ? {} : { replyTo: idOf(room.id, answers + 1) }),
      ...(edited ? { editedAt: new Date(at + 30_000).toISOString() } : {}),
      ...(pinned ? { pinned: { by: asUserId(PEOPLE[who].id), at: new Date(at).toISOString() } } : {}),
      reactions: reactions.map(([emoji, ...by]) => ({
        ...{ emoji, count: by.length },
        users: by.map((one) => asUserId(PEOPLE[one].id)),
      })),
    })
  }
}

/** @returns {AsyncGenerator<Row>} */
async function* rowsOfArchive() {
  yield* headOf(archiveRoom(Number(length)), 0)
  for (const message of archive(now, Number(length))) yield row(ARCHIVE_ID, message)
}

/**
 * The room and its members, who have read it.
 *
 * @param {{ id: string, name: string, topic: string }} room @param {number} lastSeq @returns {Generator<Row>}
 */
function* headOf({ id, name, topic }, lastSeq) {
  const createdAt = new Date(now).toISOString()
  const roomId = asRoomId(id)
  yield {
    kind: 'room',
    room: {
      ...{ id: roomId, name, type: 'public', createdBy: null, createdAt, metadata: { topic } },
      ...{ settings: {}, rev: 0, lastSeq: 0 },
    },
  }
  for (const person of Object.values(PEOPLE))
    yield {
      kind: 'member',
      member: {
        ...{ roomId, userId: asUserId(person.id), name: person.name, role: 'member', joinedAt: createdAt },
        ...{ lastReadSeq: lastSeq, fromSeq: 1, rev: 0 },
      },
    }
}

/**
 * @param {string} roomId
 * @param {{ seq: number, senderId: string, senderName: string, content: string, at: number } & Partial<Extra>} line
 * @typedef {Pick<import('@roomful/protocol').Message, 'replyTo' | 'editedAt' | 'pinned' | 'reactions'>} Extra
 * @returns {Row}
 */
function row(roomId, { at, senderId, replyTo = null, ...line }) {
  return {
    kind: 'message',
    message: {
      ...{
        id: idOf(roomId, line.seq),
        roomId: asRoomId(roomId),
        rev: line.seq,
        senderId: asUserId(senderId),
      },
      ...{ type: replyTo === null ? 'text' : 'reply', replyTo, createdAt: new Date(at).toISOString() },
      ...{ editedAt: null, deleted: false, reactions: [] },
      ...line,
    },
  }
}

/** The same in every demonstration, so that a link to a message can be written down. @param {string} roomId @param {number} seq */
function idOf(roomId, seq) {
  return asMessageId(`demo-${roomId}-${seq}`)
}
