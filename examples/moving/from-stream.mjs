// One channel of a Stream export (version 1: JSON in the format of their API) → lines for `roomful import`.
//   node from-stream.mjs export.json messaging:general > general.ndjson
import { readFileSync } from 'node:fs'
import { linesOf } from './to-roomful.mjs'

/** Their reactions have names. Others are left out: name yours here. */
const EMOJI = { like: '👍', love: '❤️', haha: '😂', wow: '😮', sad: '😢', angry: '😠' }

const [file, cid] = process.argv.slice(2)
if (!file || !cid) {
  console.error('Usage: node from-stream.mjs <export.json> <type:id>')
  process.exit(64)
}
const { channels } = JSON.parse(readFileSync(file, 'utf8'))
const found = channels.find(({ channel }) => (channel.cid ?? `${channel.type}:${channel.id}`) === cid)
if (!found) throw new Error(`There is no channel ${cid} in ${file}`)
const { channel, members = [], messages = [] } = found

const people = new Map()
for (const { user, user_id = user.id, channel_role, invited, invite_accepted_at } of members)
  people.set(user_id, {
    ...{ name: user?.name, avatarUrl: user?.image, isMember: !invited || Boolean(invite_accepted_at) },
    role: channel_role === 'channel_moderator' ? 'admin' : 'member',
  })
for (const { user } of messages)
  if (!people.has(user.id)) people.set(user.id, { name: user.name, isMember: false })

/** Microseconds become milliseconds. */
const timeOf = (time) => (time ? new Date(time).toISOString() : undefined)

const lines = linesOf({
  room: {
    ...{ id: channel.id, name: channel.name, createdAt: timeOf(channel.created_at) },
    type: channel.type === 'livestream' ? 'public' : 'private',
  },
  people,
  messages: messages
    .filter(({ type }) => type !== 'system' && type !== 'error' && type !== 'ephemeral')
    .map((message) => ({
      ...{ id: message.id, senderId: message.user.id, content: textOf(message) },
      ...{ createdAt: timeOf(message.created_at), editedAt: timeOf(message.message_text_updated_at) },
      ...{ deleted: message.type === 'deleted', replyTo: message.quoted_message_id ?? message.parent_id },
      reactions: reactionsOf(message),
    })),
})
for (const line of lines) process.stdout.write(line)

/** Attachments stay where they are: their addresses become part of the text. */
function textOf({ text = '', attachments = [] }) {
  const links = attachments.flatMap(
    ({ asset_url, image_url, title_link }) => asset_url ?? image_url ?? title_link ?? [],
  )
  return [text, ...links].filter(Boolean).join('\n') || ' '
}

function reactionsOf({ latest_reactions = [] }) {
  const found = new Map()
  for (const { type, user_id } of latest_reactions.toReversed())
    if (EMOJI[type]) found.set(EMOJI[type], [...(found.get(EMOJI[type]) ?? []), user_id])
  return found
}
