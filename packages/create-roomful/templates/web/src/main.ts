import { createChat } from '@roomful/client'
import './chat.css'
import { guestToken } from './session'

const root = document.querySelector<HTMLElement>('#root')
if (!root) throw new Error('index.html has no #root')
root.innerHTML = `
  <main>
    <div class="messages" role="log" aria-label="Messages"></div>
    <form>
      <input aria-label="Message" autocomplete="off" />
      <button>Send</button>
    </form>
    <small role="status"></small>
  </main>`
const list = find('.messages')
const form = find('form')
const input = root.querySelector('input')
const line = find('small')

const chat = createChat({ url: location.origin, auth: guestToken })
const room = chat.room('general')

room.subscribe(showMessages)
chat.subscribe(showConnection)
showMessages()
showConnection()
void room.open()

form.addEventListener('submit', (event) => {
  event.preventDefault()
  if (!input || input.value.trim() === '') return
  // Shown at once, and sent when there is a connection; a refusal shows as `failed`.
  room.send(input.value)
  input.value = ''
})

function showMessages(): void {
  const atEnd = list.scrollTop + list.clientHeight >= list.scrollHeight - 20
  list.replaceChildren(
    ...room.messages().map(({ senderName, content, status }) => {
      const row = document.createElement('p')
      row.dataset.status = status
      row.textContent = `${senderName}: ${content}`
      return row
    }),
  )
  if (atEnd) list.scrollTop = list.scrollHeight
}

function showConnection(): void {
  const { status } = chat.getState().connection
  line.textContent = status === 'online' ? '' : status
}

function find(selector: string): HTMLElement {
  const found = root?.querySelector<HTMLElement>(selector)
  if (!found) throw new Error(`There is no ${selector}`)
  return found
}
