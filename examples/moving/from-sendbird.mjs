// One channel of Sendbird → lines for `roomful import`. The channel as their Platform API answers it (with its members),
// and all of its messages, in the fields of their message resource.
//   node from-sendbird.mjs channel.json messages.json > general.ndjson
import { readFileSync } from 'node:fs'
import { idOf, linesOf } from './to-roomful.mjs'

const [channelFile, messagesFile] = process.argv.slice(2)
if (!channelFile || !messagesFile) {
  console.error('Usage: node from-sendbird.mjs <channel.json> <messages.json>')
  process.exit(64)
}
const channel = JSON.parse(readFileSync(channelFile, 'utf8'))
const read = JSON.parse(readFileSync(messagesFile, 'utf8'))
const messages = Array.isArray(read) ? read : read.messages

const people = new Map()
for (const { user_id, nickname, profile_url, role, state } of channel.members ?? [])
  people.set(user_id, {
    ...{ name: nickname, avatarUrl: profile_url, isMember: state !== 'invited' },
    role: role === 'operator' ? 'admin' : 'member',
  })
for (const { user } of messages)
  if (user && !people.has(user.user_id)) people.set(user.user_id, { name: user.nickname, isMember: false })

/** Their times are milliseconds; 0: never. */
const timeOf = (ms) => (ms ? new Date(ms).toISOString() : undefined)

const lines = linesOf({
  room: {
    ...{ id: idOf(channel.channel_url), name: channel.name, createdAt: timeOf(channel.created_at * 1_000) },
    type: channel.is_public ? 'public' : 'private',
  },
  people,
  messages: messages
    // Those of an operator (ADMM) are of no user.
    .filter(({ type, user }) => type !== 'ADMM' && user)
    .map((message) => ({
      ...{ id: message.message_id, senderId: message.user.user_id },
      content: textOf(message),
      ...{ createdAt: timeOf(message.created_at), editedAt: timeOf(message.updated_at) },
      ...{ deleted: message.is_removed === true, replyTo: message.parent_message_id || undefined },
      reactions: new Map((message.reactions ?? []).map(({ key, user_ids }) => [key, user_ids])),
    })),
})
for (const line of lines) process.stdout.write(line)

/** Files stay where they are: their addresses become part of the text. A message has one file, or several. */
function textOf({ message, file, files = [] }) {
  const links = [file, ...files].map((one) => one?.url)
  return [message, ...links].filter(Boolean).join('\n') || ' '
}
