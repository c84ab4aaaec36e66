// A script as users write them: sends the numbers up to 500, keeps what it has not sent yet in a folder, and goes on from
// there when it is started again. The test kills it over and over.
import { setTimeout as delay } from 'node:timers/promises'
import { createChat } from '@roomful/client'
import { fileStore } from '@roomful/client/node'

const { URL: url = '', TOKEN: token = '', STATE: state = '', LAST: last = '0' } = process.env
const chat = createChat({ url, auth: token, storage: fileStore(state) })
const room = chat.room('general')
await room.open()

// What is on its way, or there: it was said by an earlier life.
let said = Math.max(0, ...room.messages().map(({ content }) => Number(content)))
process.send?.({ said })
while (said < Number(last)) {
  // Not waited for: several are in the outbox at once.
  for (let burst = 1 + (said % 4); burst > 0 && said < Number(last); burst--) room.send(String(++said))
  process.send?.({ said })
  await delay(4)
}
await chat.flush()
await chat.close()
process.disconnect?.()
