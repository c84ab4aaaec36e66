import { referenceServer } from '@roomful/testing/node'
import { expect, test } from 'vitest'
import { endpointOf, openSocket } from './socket-connection'

test.each([
  ['https://chat.example.com', 'https://chat.example.com', '/socket.io'],
  ['https://chat.example.com/', 'https://chat.example.com', '/socket.io'],
  ['https://example.com:8443/api/chat', 'https://example.com:8443', '/api/chat/socket.io'],
  ['https://example.com/api/chat//', 'https://example.com', '/api/chat/socket.io'],
  ['https://example.com/api/chat?tenant=a', 'https://example.com?tenant=a', '/api/chat/socket.io'],
  ['//example.com/chat', '//example.com', '/chat/socket.io'],
  ['localhost:3000/chat', 'localhost:3000', '/chat/socket.io'],
  ['/api/chat', '', '/api/chat/socket.io'],
  ['', '', '/socket.io'],
])('the socket of %s', (url, host, path) => {
  expect(endpointOf(url)).toEqual({ host, path })
})

test('a payload that the encoder cannot write is refused, not thrown; the connection stays up', async () => {
  await using server = await referenceServer({
    users: { t1: { id: 'ada', name: 'Ada' } },
    rooms: { general: ['ada'] },
  })
  const connection = openSocket(server.url, { token: 't1' }, {}, { refused: () => {}, lost: () => {} })
  await new Promise<void>((resolve) => connection.socket.on('connect', resolve))
  const send = (metadata: unknown) =>
    connection.request('send-message', { roomId: 'general', content: 'hello', metadata }, 10_000)
  expect(await send({ n: 1n })).toMatchObject({
    kind: 'ack',
    answer: { ok: false, code: 'INVALID_PAYLOAD', retry: 'never' },
  })
  expect(await send({ n: 1 })).toMatchObject({ kind: 'ack', answer: { message: { content: 'hello' } } })
  connection.end()
})
