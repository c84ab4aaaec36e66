// A worker of type `module`, from one file: a service worker cannot load code later with `import()`.
import { createChat } from './roomful.min.js'

addEventListener('install', () => skipWaiting())
addEventListener('activate', (event) => event.waitUntil(clients.claim()))

/** Sends one message and ends: a service worker lives for as long as its event, and no longer. */
async function reply({ url, token, roomId, content }) {
  const chat = createChat({
    url,
    auth: token,
    storage: 'memory',
    tabs: 'separate',
    transports: ['websocket'],
  })
  const sent = chat.room(roomId).send(content)
  await sent.finally(() => chat.close())
}

// `data` of a notification is what your push message has put there.
addEventListener('notificationclick', (event) => {
  if (event.reply) event.waitUntil(reply({ ...event.notification.data, content: event.reply }))
})
addEventListener('message', (event) => event.waitUntil(reply(event.data)))
