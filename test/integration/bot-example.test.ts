import { createBot } from '@roomful/bot'
import type { Room } from '@roomful/client'
import { waitUntil } from '@roomful/testing'
import { createTestClient, createTestServer, type TestServer } from '@roomful/testing/node'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { addFeatures } from '../../examples/bot/features'
import { generate } from '../../examples/bot/generate'

let server: TestServer
let stop: () => Promise<void>
beforeEach(async () => {
  server = await createTestServer()
  const bot = createBot({ url: server.url, auth: await server.token({ id: 'helper', name: 'Helper' }) })
  addFeatures(bot)
  await bot.start()
  stop = () => bot.stop()
})
afterEach(async () => {
  await stop()
  await server.close()
})

async function withAda<T>(run: (room: Room) => Promise<T>): Promise<T> {
  await using ada = await createTestClient(server, { id: 'ada', name: 'Ada' })
  const room = ada.room('general')
  await room.open()
  return await run(room)
}
const shows = (room: Room, content: string) =>
  waitUntil(content, () => room.messages().find((message) => message.content === content))

test('the example welcomes a newcomer', () =>
  withAda(async (room) => {
    await shows(room, 'Welcome, Ada! /help says what I can do.')
  }))

test('the example reminds, and says what it did not understand', () =>
  withAda(async (room) => {
    await room.send('/remind 0s buy milk')
    await shows(room, 'Ada, you wanted to be reminded: buy milk')
    await room.send('/remind soon')
    await shows(room, 'Usage: /remind <in> <text>\nin: expected a time, such as 10m')
  }))

test('the example counts the votes of a poll, also when they are taken back', () =>
  withAda(async (room) => {
    await room.send('/poll Lunch? | Pizza | Salad')
    const { id } = await shows(room, 'Lunch?\n1️⃣ Pizza: 0\n2️⃣ Salad: 0')
    await waitUntil('what to vote with', () =>
      room.messages().some((message) => message.id === id && message.reactions.length === 2),
    )
    await room.react(id, '2️⃣', 'add')
    await shows(room, 'Lunch?\n1️⃣ Pizza: 0\n2️⃣ Salad: 1')
    await room.react(id, '2️⃣', 'remove')
    await shows(room, 'Lunch?\n1️⃣ Pizza: 0\n2️⃣ Salad: 0')
    await room.send('/poll Lunch?')
    await shows(
      room,
      'Usage: /poll <text>\ntext: expected a question and 2 to 9 answers, with | between them',
    )
    expect(room.messages().filter(({ content }) => content.startsWith('Lunch?'))).toHaveLength(1)
  }))

const textOf = async (words: AsyncIterable<string>): Promise<string> => {
  let text = ''
  for await (const word of words) text += word
  return text
}
const grown = (room: Room) => room.messages().find(({ stream }) => stream !== undefined)

test('the example answers at length: the message grows, and ends with the whole text', () =>
  withAda(async (room) => {
    const seen: string[] = []
    room.subscribe(() => {
      const content = grown(room)?.content
      if (content !== undefined && content !== seen.at(-1)) seen.push(content)
    })
    const question = await room.send('/ask What is a room?')
    const answer = await waitUntil('the answer', () => {
      const message = grown(room)
      return message?.stream?.state === 'finished' ? message : undefined
    })
    expect(answer).toMatchObject({ type: 'reply', replyTo: question.id, stream: { for: 'ada' } })
    expect(answer.content).toBe(await textOf(generate('What is a room?', '', 0)))
    expect(seen.length).toBeGreaterThan(3)
    for (const text of seen) expect(answer.content.startsWith(text)).toBe(true)
  }))

test('the user who asked stops the answer of the example', () =>
  withAda(async (room) => {
    await room.send('/ask What is a room?')
    const { id } = await waitUntil('a first word', () => (grown(room)?.content ? grown(room) : undefined))
    await room.cancelStream(id)
    await waitUntil('it is stopped', () => grown(room)?.stream?.state === 'cancelled')
  }))

test('the generator goes on in an answer wherever it was cut', async () => {
  const whole = await textOf(generate('Why?', '', 0))
  for (let cut = 0; cut <= whole.length; cut += 7) {
    const soFar = whole.slice(0, cut)
    expect(soFar + (await textOf(generate('Why?', soFar, 0)))).toBe(whole)
  }
})
