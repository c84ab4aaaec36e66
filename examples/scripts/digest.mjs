// The last day of a room as a mail, ready for `sendmail -t < digest.eml`.
import { writeFile } from 'node:fs/promises'
import { args, withChat } from './with-chat.mjs'

const [roomId, to, file] = args('room', 'to', 'file')
const DAY_MS = 86_400_000

await withChat(async (chat, signal) => {
  const since = new Date(Date.now() - DAY_MS).toISOString()
  const lines = []
  for await (const { createdAt, senderName, content, type } of chat
    .room(roomId)
    .history({ order: 'newest', signal })) {
    if (createdAt < since) break
    if (type !== 'system') lines.push(`${createdAt.slice(11, 16)} ${senderName}: ${content}`)
  }
  const body = Buffer.from(`${lines.reverse().join('\n')}\n`).toString('base64')
  const headers = [
    `To: ${to}`,
    `Subject: =?utf-8?B?${Buffer.from(`${lines.length} messages in ${roomId}`).toString('base64')}?=`,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: base64',
  ]
  const wrapped = body.match(/.{1,76}/g)?.join('\r\n') ?? ''
  await writeFile(file, `${headers.join('\r\n')}\r\n\r\n${wrapped}\r\n`)
  console.log(`${lines.length} messages`)
})
