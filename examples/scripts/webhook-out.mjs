// Room → webhook: POSTs each message, in order, from where it stopped, until the receiver answers 2xx.
import { readFile, rename, writeFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { args, whole, withChat } from './with-chat.mjs'

const [roomId, target, placeFile] = args('room', 'url', 'place-file')
const place = await readFile(placeFile, 'utf8').then(JSON.parse, () => ({}))

await withChat(async (chat, signal) => {
  for await (const sent of chat.room(roomId).stream({ ...place, signal })) {
    const message = await whole(chat, sent, signal)
    if (!message) continue
    const { id, seq, senderName, content, createdAt } = message
    const body = JSON.stringify({ id, seq, senderName, content, createdAt })
    const headers = { 'content-type': 'application/json', 'webhook-id': id }
    for (let tries = 0; ; tries++) {
      const response = await fetch(target, { method: 'POST', headers, body, signal }).catch(() => null)
      if (response?.ok) break
      if (signal.aborted) return
      await delay(Math.min(30_000, 500 * 2 ** tries), undefined, { signal }).catch(() => {})
    }
    // With the time and the history, so that it is right after a restored backup too.
    const next = { after: seq, since: createdAt, epoch: chat.getState().epoch }
    await writeFile(`${placeFile}.new`, JSON.stringify(next))
    await rename(`${placeFile}.new`, placeFile)
  }
})
