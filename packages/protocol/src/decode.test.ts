import { describe, expect, it } from 'vitest'
import type { ClientEvent } from './client-events/table'
import { decodeAck, decodePayload, decodeServerEvent, isClientEvent } from './decode'

const message = {
  id: '0190a000-0000-7000-8000-000000000001',
  roomId: 'general',
  seq: 1,
  rev: 1,
  senderId: 'auth0|ada',
  senderName: 'Ada',
  clientId: 'client-0001',
  type: 'text',
  content: 'hi',
  replyTo: null,
  createdAt: '2026-01-01T00:00:00.000Z',
  editedAt: null,
  deleted: false,
  reactions: [],
}

describe('a client event', () => {
  it.each<[ClientEvent, unknown]>([
    ['join-rooms', {}],
    ['send-message', { roomId: 'general', content: 'hi' }],
    ['send-message', { roomId: 'general', content: 'hi', replyTo: null, clientId: 'V1StGXR8_Z5jdHi6B-myT' }],
    ['fetch-history', { roomId: 'general', beforeSeq: null, limit: 50 }],
    ['mark-read', { roomId: 'general', seq: 0 }],
    ['sync', { rooms: { general: { rev: 3, minSeq: 1, maxSeq: 2 } }, list: true }],
  ])('accepts %s', (event, payload) => {
    expect(decodePayload(event, payload)).toEqual({ ok: true, value: payload })
  })

  it.each<[string, ClientEvent, unknown, string]>([
    ['null', 'mark-read', null, ''],
    ['an array', 'mark-read', [], ''],
    ['an array, where every field may be absent', 'join-rooms', [], ''],
    ['a string', 'mark-read', 'x', ''],
    ['fields of the server', 'send-message', { roomId: 'a', content: 'x', seq: 1 }, 'seq'],
    ['a role', 'send-message', { roomId: 'a', content: 'x', role: 'owner' }, 'role'],
    ['type system', 'send-message', { roomId: 'a', content: 'x', type: 'system' }, 'type'],
    ['a short clientId', 'send-message', { roomId: 'a', content: 'x', clientId: 'short' }, 'clientId'],
    ['content that is deep', 'send-message', { roomId: 'a', content: [[[]]] }, 'content'],
    ['limit −1', 'fetch-history', { roomId: 'a', limit: -1 }, 'limit'],
    ['limit 0', 'fetch-history', { roomId: 'a', limit: 0 }, 'limit'],
    ['limit 1.5', 'fetch-history', { roomId: 'a', limit: 1.5 }, 'limit'],
    ['limit "10"', 'fetch-history', { roomId: 'a', limit: '10' }, 'limit'],
    ['limit 1e9', 'fetch-history', { roomId: 'a', limit: 1e9 }, 'limit'],
    ['seq NaN', 'mark-read', { roomId: 'a', seq: Number.NaN }, 'seq'],
    ['seq 1e400', 'mark-read', { roomId: 'a', seq: JSON.parse('1e400') }, 'seq'],
    ['an unsafe integer', 'mark-read', { roomId: 'a', seq: 2 ** 53 }, 'seq'],
    ['a cursor of a sync', 'sync', { rooms: { a: { rev: -1, minSeq: 0, maxSeq: 0 } } }, 'rooms.a.rev'],
    ['a 10 KB emoji', 'react-message', { messageId: 'm', emoji: 'x'.repeat(10_000), op: 'add' }, 'emoji'],
    ['a toggle', 'react-message', { messageId: 'm', emoji: '👍', op: 'toggle' }, 'op'],
  ])('refuses %s and names the field', (_name, event, payload, field) => {
    expect(decodePayload(event, payload)).toEqual({ ok: false, field })
  })

  it('has a known name', () => {
    expect(isClientEvent('send-message')).toBe(true)
    for (const event of ['toString', '__proto__', '', 7, null]) expect(isClientEvent(event)).toBe(false)
  })

  it('rebuilds the value, so that nothing unchecked travels on', () => {
    const payload = { roomId: 'general', content: 'hi' }
    const decoded = decodePayload('send-message', payload)
    expect(decoded.ok && decoded.value).not.toBe(payload)
  })
})

describe('an ack', () => {
  it('is accepted or refused', () => {
    expect(decodeAck('mark-read', { ok: true, seq: 3, unread: 0 })).toEqual({
      ok: true,
      value: { ok: true, seq: 3, unread: 0 },
    })
    const refusal = { ok: false, error: 'no', code: 'FROM_THE_FUTURE', retry: 'never' }
    expect(decodeAck('mark-read', refusal)).toEqual({ ok: true, value: refusal })
    expect(decodeAck('mark-read', { ok: true }).ok).toBe(false)
  })
})

describe('a server event', () => {
  it('is decoded with its name', () => {
    const changes = { roomId: 'general', changes: [{ rev: 1, kind: 'message', message }] }
    expect(decodeServerEvent('changes', changes)).toEqual({
      ok: true,
      value: { event: 'changes', payload: changes },
    })
  })

  it('drops fields of a newer server', () => {
    const decoded = decodeServerEvent('new-message', { ...message, starred: true })
    expect(decoded).toEqual({ ok: true, value: { event: 'new-message', payload: message } })
  })

  it('that is unknown is a failure, not a throw', () => {
    expect(decodeServerEvent('pinned', {})).toEqual({ ok: false, field: 'event' })
    expect(decodeServerEvent('hasOwnProperty', {})).toEqual({ ok: false, field: 'event' })
  })
})
