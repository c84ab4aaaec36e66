// The page shows, the worker chats: what it holds and does costs the page no time.
const worker = new Worker(new URL('./chat-worker.js', import.meta.url), { type: 'module' })
const list = document.querySelector('#messages')

worker.addEventListener('message', ({ data }) => {
  list.replaceChildren(
    ...data.messages.map(({ content, status }) => {
      const item = document.createElement('li')
      item.textContent = `${content} (${status})`
      return item
    }),
  )
  document.title = `${data.status}, ${data.storage}`
})

const token = new URLSearchParams(location.search).get('token')
worker.postMessage({ type: 'start', url: location.origin, token })

/** What a form would call. */
globalThis.send = (content) => worker.postMessage({ type: 'send', content })
