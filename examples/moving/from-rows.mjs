// The messages of a chat of your own (Socket.IO and a table, say) → lines for `roomful import`. One JSON object a line,
// as `psql` or `mongoexport` writes them: { id, user, name, text, at }. Change `messageOf` to what your rows have.
//   node from-rows.mjs general "General" < messages.ndjson > general.ndjson
import { createInterface } from 'node:readline'
import { idOf, linesOf } from './to-roomful.mjs'

const [id, name] = process.argv.slice(2)
if (!id) {
  console.error('Usage: node from-rows.mjs <room> [name] < rows.ndjson')
  process.exit(64)
}

/** Ids of messages are unique over all rooms, numbers of a table may not be. */
const messageOf = (row) => ({
  ...{ id: idOf(row.id, `${id}-`), senderId: String(row.user), content: row.text },
  createdAt: new Date(row.at).toISOString(),
})

const people = new Map()
const messages = []
for await (const text of createInterface({ input: process.stdin })) {
  if (text.trim() === '') continue
  const row = JSON.parse(text)
  people.set(String(row.user), { name: row.name })
  messages.push(messageOf(row))
}
for (const line of linesOf({ room: { id, name, type: 'public' }, people, messages }))
  process.stdout.write(line)
