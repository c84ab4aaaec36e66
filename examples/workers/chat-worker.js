import { createChat } from './roomful.min.js'

let room

addEventListener('message', ({ data }) => {
  if (data.type === 'start') start(data)
  if (data.type === 'send') room.send(data.content)
})

function start({ url, token }) {
  const chat = createChat({ url, auth: token })
  room = chat.room('general')
  const show = () => {
    const { status, messages } = room.getState()
    // Messages are plain objects. An error is not: it stays here.
    const plain = messages.map(({ key, content, status }) => ({ key, content, status }))
    postMessage({ status, storage: chat.getState().storage.status, messages: plain })
  }
  room.subscribe(show)
  chat.subscribe(show)
  room.open().catch((error) => console.error(error))
}
