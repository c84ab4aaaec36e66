import { Webhook } from 'standardwebhooks'
import { describe, expect, test } from 'vitest'
import { signedHeaders, verifyWebhook } from './signature'

const secretOf = (text: string): string => `whsec_${Buffer.from(text.padEnd(32, '.')).toString('base64')}`
const [first, second] = [secretOf('first'), secretOf('second')]
const call = { id: 'event-1', body: JSON.stringify({ type: 'message.sent', data: { é: '"\u0000' } }) }

describe('the signature of a webhook', () => {
  const now = Date.now()
  const headers = signedHeaders([first, second], call, now)
  const given = { headers, body: call.body, now }

  test('is what the library of Standard Webhooks checks, with each of several secrets', () => {
    for (const secret of [first, second])
      expect(new Webhook(secret).verify(call.body, headers)).toEqual(JSON.parse(call.body))
    expect(() => new Webhook(secretOf('third')).verify(call.body, headers)).toThrow()
    expect(() => new Webhook(first).verify(`${call.body} `, headers)).toThrow()
  })

  test('is what the library would write', () => {
    const written = new Webhook(first).sign(call.id, new Date(now), call.body)
    expect(signedHeaders([first], call, now)['webhook-signature']).toBe(written)
  })

  test('is checked by verifyWebhook, whatever holds the headers', () => {
    const event = JSON.parse(call.body)
    expect(verifyWebhook({ ...given, secrets: [first] })).toEqual(event)
    expect(verifyWebhook({ ...given, secrets: [secretOf('third'), second] })).toEqual(event)
    expect(verifyWebhook({ ...given, headers: new Headers(headers), secrets: [first] })).toEqual(event)
    const odd = { 'Webhook-Id': [call.id], ...Object.fromEntries(Object.entries(headers).slice(1)) }
    expect(verifyWebhook({ ...given, headers: odd, secrets: [first] })).toEqual(event)
  })

  test('another body, secret, id or time, or none, is refused', () => {
    const secrets = [first]
    const refused = (more: Partial<Parameters<typeof verifyWebhook>[0]>): void =>
      expect(verifyWebhook({ ...given, secrets, ...more })).toBeUndefined()
    refused({ body: `${call.body} ` })
    refused({ secrets: [secretOf('third')] })
    refused({ secrets: [] })
    refused({ headers: {} })
    refused({ headers: { ...headers, 'webhook-id': 'event-2' } })
    refused({ headers: { ...headers, 'webhook-timestamp': `${Math.floor(now / 1_000) + 1}` } })
    for (const signature of ['', 'v1', 'v1,', 'v2,abc', headers['webhook-signature'].slice(0, 20)])
      refused({ headers: { ...headers, 'webhook-signature': signature } })
    refused({ now: now + 6 * 60_000 })
    refused({ now: now - 6 * 60_000 })
  })
})
