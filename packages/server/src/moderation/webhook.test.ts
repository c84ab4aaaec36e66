import { asMessageId } from '@roomful/protocol'
import { makeMessage } from '@roomful/testing'
import { beforeEach, describe, expect, test } from 'vitest'
import { flushPromises, ManualClock } from '../node/test-node'
import { verifyWebhook } from './signature'
import { createWebhook, type Webhook } from './webhook'

const secret = 'a shared secret'

type Call = { body: string; headers: Record<string, string>; signal: AbortSignal }
type Answer = number | 'never' | 'error'

describe('a webhook', () => {
  let clock: ManualClock
  let calls: Call[]
  let answers: Answer[]
  let said: { text: string; fields: object }[]
  let webhook: Webhook

  beforeEach(() => {
    clock = new ManualClock()
    calls = []
    answers = []
    said = []
    const note = (fields: object, text: string): void => void said.push({ fields, text })
    webhook = createWebhook({
      url: 'https://app.example.com/chat',
      secret,
      clock,
      log: { debug() {}, info() {}, warn: note, error: note },
      fetch: async (_, init) => {
        const { body, headers, signal } = init as RequestInit & Call
        calls.push({ body: String(body), headers, signal })
        const answer = answers.shift() ?? 200
        if (answer === 'error') throw new Error('no connection')
        if (answer !== 'never') return new Response('thanks', { status: answer })
        return new Promise((_, reject) =>
          signal.addEventListener('abort', () => reject(new Error('aborted'))),
        )
      },
    })
  })
  const send = (seq: number): void =>
    webhook.afterSend(makeMessage({ id: asMessageId(`message-${seq}`), seq }))

  test('posts each edit, with a separate delivery id', async () => {
    send(1)
    const edited = makeMessage({ id: asMessageId('message-1'), seq: 1, rev: 7, content: 'edited' })
    webhook.afterEdit(edited)
    await flushPromises()
    expect(calls.map(({ headers }) => headers['Roomful-Delivery'])).toEqual(['message-1', 'message-1.7'])
    expect(JSON.parse(calls[1]?.body ?? '')).toEqual({ type: 'edit', message: edited })
  })

  test('posts each message, with a signature that its receiver can check', async () => {
    send(1)
    await flushPromises()
    const [call] = calls
    expect(JSON.parse(call?.body ?? '')).toMatchObject({
      type: 'message',
      message: { id: 'message-1', seq: 1 },
    })
    expect(call?.headers['Roomful-Delivery']).toBe('message-1')
    const signature = call?.headers['Roomful-Signature'] ?? ''
    const given = { secret, signature, body: call?.body ?? '', now: clock.now() }
    expect(verifyWebhook(given)).toBe(true)
    expect(verifyWebhook({ ...given, body: `${given.body} ` })).toBe(false)
    expect(verifyWebhook({ ...given, secret: 'another' })).toBe(false)
    expect(verifyWebhook({ ...given, now: clock.now() + 6 * 60_000 })).toBe(false)
    expect(verifyWebhook({ ...given, now: clock.now() - 6 * 60_000 })).toBe(false)
    for (const forged of ['', 't=1', 'v1=00', signature.replace('t=', 't=1'), `${signature}0`])
      expect(verifyWebhook({ ...given, signature: forged })).toBe(false)
  })

  test.each<Answer>([500, 503, 408, 429, 'error', 'never'])(
    'tries again after %s, a little later each time, signed anew',
    async (answer) => {
      answers = [answer, answer, 200]
      send(1)
      await clock.pass(5_000)
      await clock.pass(30_000)
      expect(calls).toHaveLength(3)
      expect(new Set(calls.map(({ headers }) => headers['Roomful-Signature'])).size).toBe(3)
      expect(said).toEqual([])
    },
  )

  test.each([400, 401, 404, 410, 301])('gives up at once after %s', async (status) => {
    answers = [status]
    send(1)
    await clock.pass(120_000)
    expect(calls).toHaveLength(1)
    expect(said).toEqual([
      { text: 'a webhook was given up', fields: { messageId: 'message-1', attempts: 1 } },
    ])
  })

  test('gives up after about a minute', async () => {
    answers = Array(20).fill(500)
    send(1)
    await clock.pass(300_000)
    expect(calls).toHaveLength(7)
    expect(said.map(({ text }) => text)).toEqual(['a webhook was given up'])
  })

  test('four at once; a receiver that hangs delays only the rest of the queue', async () => {
    answers = Array(4).fill('never')
    for (let seq = 1; seq <= 10; seq++) send(seq)
    await flushPromises()
    expect(calls).toHaveLength(4)
    await clock.pass(5_000)
    expect(calls.slice(0, 10).map(({ headers }) => headers['Roomful-Delivery'])).toEqual(
      Array.from({ length: 10 }, (_, index) => `message-${index + 1}`),
    )
  })

  test('drops the excess, and logs it once', async () => {
    answers = Array(5_000).fill('never')
    for (let seq = 1; seq <= 1_500; seq++) send(seq)
    expect(said.map(({ text }) => text)).toEqual(['webhooks are dropped: too many wait'])
  })

  test('a stop waits for deliveries under way, and accepts nothing new', async () => {
    answers = [500]
    send(1)
    await flushPromises()
    const closing = webhook.stop()
    send(2)
    await clock.pass(1_000)
    await clock.pass(1_000)
    await closing
    expect(calls.map(({ headers }) => headers['Roomful-Delivery'])).toEqual(['message-1', 'message-1'])
  })

  test('a stop waits no longer than a few seconds', async () => {
    answers = ['never', 'never']
    send(1)
    await flushPromises()
    const closing = webhook.stop()
    await clock.pass(3_000)
    await closing
    expect(said.map(({ text }) => text)).toEqual(['webhooks were left undelivered'])
  })
})
