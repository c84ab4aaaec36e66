// A script as users write them: sends the numbers up to LAST, stores unsent ones in a folder, and continues from there
// when it starts again. The test kills it over and over.
import { setTimeout as delay } from 'node:timers/promises'
import { createChat } from '@roomful/client'
import { fileStore } from '@roomful/client/node'

const { URL: url = '', TOKEN: token = '', STATE: state = '', LAST: last = '0' } = process.env
const chat = createChat({ url, auth: token, storage: fileStore(state) })
const room = chat.room('general')
await room.open()

// In flight, or sent: an earlier life sent it.
let said = Math.max(0, ...room.messages().map(({ content }) => Number(content)))
process.send?.({ said })
while (said < Number(last)) {
  // Not awaited: several are in the outbox at once.
  for (let burst = 1 + (said % 4); burst > 0 && said < Number(last); burst--) room.send(String(++said))
  process.send?.({ said })
  await delay(4)
}
await chat.flush()
await chat.close()
process.disconnect?.()
