import { type Chat, createChat } from '@roomful/client'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { waitUntil } from '../wait-until'
import { type ChatHandlers, chatHandlers } from './chat-handlers'

const URL = 'https://chat.example.com/api'
const msw = setupServer()
let handlers: ChatHandlers<'ann' | 'bob'>
let chats: Chat[] = []

beforeAll(() => msw.listen({ onUnhandledRequest: 'error' }))
afterAll(() => msw.close())
beforeEach(() => {
  handlers = chatHandlers({
    url: URL,
    users: [{ id: 'ann', name: 'Ann' }, 'bob'],
    rooms: [
      { id: 'general', name: 'The hall', messages: ['welcome', { from: 'bob', content: 'thanks' }] },
      { id: 'private', type: 'private', members: ['ann'] },
    ],
  })
  msw.use(...handlers)
})
afterEach(async () => {
  await Promise.all(chats.map((chat) => chat.close()))
  chats = []
  msw.resetHandlers()
  handlers.close()
})

/** `requestTimeoutMs`: short only where a request is to have no answer. */
function clientOf(auth: string, requestTimeoutMs = 30_000): Chat {
  const chat = createChat({ url: URL, auth, storage: 'memory', requestTimeoutMs })
  chats.push(chat)
  return chat
}
const texts = (chat: Chat): string[] =>
  chat
    .room('general')
    .messages()
    .map(({ content }) => content)
const shows = (chat: Chat, ...wanted: string[]) =>
  waitUntil(wanted.join(), () => texts(chat).join() === wanted.join())

test('an app finds the rooms and messages, and what is sent is confirmed and arrives', async () => {
  const [ann, bob] = [clientOf('ann'), clientOf('bob')]
  await Promise.all([ann.room('general').open(), bob.room('general').open()])
  expect(texts(ann)).toEqual(['welcome', 'thanks'])
  expect(ann.room('general').messages()[0]?.senderName).toBe('Ann')
  expect(
    ann
      .getState()
      .rooms.map(({ name }) => name)
      .sort(),
  ).toEqual(['The hall', 'private'])
  expect(bob.getState().rooms.map(({ name }) => name)).toEqual(['The hall'])

  const sent = await ann.room('general').send('hello')
  expect(sent).toMatchObject({ status: 'sent', seq: 3 })
  await bob.room('general').react(sent.id, '👋', 'add')
  await shows(bob, 'welcome', 'thanks', 'hello')
  await waitUntil('the reaction', () => ann.room('general').messages()[2]?.reactions.length === 1)
  await handlers.post('general', 'bob', 'one', 'two')
  await shows(ann, 'welcome', 'thanks', 'hello', 'one', 'two')
  expect(handlers.requests('ann').map(({ event }) => event)).toContain('send-message')
})

test('a message that the server puts off is sent again; one whose answer is lost arrives once', async () => {
  const [ann, bob] = [clientOf('ann'), clientOf('bob')]
  await Promise.all([ann.room('general').open(), bob.room('general').open()])
  handlers.faults.refuse('send-message', 'RATE_LIMITED', { user: 'ann', details: { retryAfterMs: 50 } })
  await ann.room('general').send('hello')
  const sends = () => handlers.requests('ann').filter(({ event }) => event.startsWith('send-message')).length
  expect(sends()).toBe(1) // the refusal is the fault's: the server has seen one
  const answer = handlers.faults.hold('answer', 'send-message', { user: 'ann' })
  handlers.faults.lose({ user: 'ann' })
  const sent = ann.room('general').send('again')
  await waitUntil('the answer', () => answer.isThere)
  expect(ann.room('general').messages().at(-1)?.status).toBe('sending')
  answer.release()
  await sent
  await shows(bob, 'welcome', 'thanks', 'hello', 'again')
})

test('what is sent without a network goes out when it is back; others stay connected', async () => {
  const [ann, bob] = [clientOf('ann', 500), clientOf('bob')]
  await Promise.all([ann.room('general').open(), bob.room('general').open()])
  const heal = handlers.faults.partition({ user: 'ann' })
  await waitUntil('ann to be offline', () => ann.getState().connection.status === 'waiting')
  ann.room('general').send('one')
  ann.room('general').send('two')
  expect(bob.getState().connection.status).toBe('online')
  heal()
  await shows(bob, 'welcome', 'thanks', 'one', 'two')
})

test('a refusal by name reaches the app', async () => {
  const ann = clientOf('ann')
  handlers.faults.refuse('send-message', 'SLOW_MODE', { user: 'ann', details: { retry: 'never' } })
  await expect(ann.room('general').send('hello')).rejects.toMatchObject({ code: 'SLOW_MODE' })
})

test('a connection that is cut, and a server that restarts, lose nothing', async () => {
  const [ann, bob] = [clientOf('ann', 500), clientOf('bob', 500)]
  await Promise.all([ann.room('general').open(), bob.room('general').open()])
  handlers.faults.disconnect()
  ann.room('general').send('one')
  await shows(bob, 'welcome', 'thanks', 'one')
  handlers.faults.crashNode(50)
  ann.room('general').send('two')
  await shows(bob, 'welcome', 'thanks', 'one', 'two')
})

test('a token is a user id, or a JWT of that subject; another one is refused', async () => {
  const jwt = `x.${btoa(JSON.stringify({ sub: 'ann' }))}.unsigned`
  const ann = clientOf(jwt)
  await ann.connect()
  expect(ann.getState().user).toMatchObject({ id: 'ann', name: 'Ann' })
  await expect(clientOf('carl').connect()).rejects.toMatchObject({ code: 'TOKEN_INVALID' })
})

test.each([
  ['any address', {}, 'https://anywhere.example'],
  ['any address with a path', {}, 'http://anywhere.example:8080/a/b'],
  ['the one that is named', { url: 'https://named.example/' }, 'https://named.example'],
])('%s is answered', async (_, place, url) => {
  const other = chatHandlers({ ...place, users: ['eve'] })
  msw.resetHandlers(...other)
  await using eve = createChat({ url, auth: 'eve', storage: 'memory' })
  await eve.connect()
  expect(eve.getState().user?.id).toBe('eve')
  other.close()
})
