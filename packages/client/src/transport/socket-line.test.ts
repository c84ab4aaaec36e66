import { referenceServer } from '@roomful/testing'
import { expect, test } from 'vitest'
import { openLine } from './socket-line'

test('a payload that the encoder cannot write is refused, not thrown; the line goes on', async () => {
  await using server = await referenceServer({
    users: { t1: { id: 'ada', name: 'Ada' } },
    rooms: { general: ['ada'] },
  })
  const line = openLine(server.url, { token: 't1' }, { refused: () => {}, lost: () => {} })
  await new Promise<void>((resolve) => line.socket.on('connect', resolve))
  const send = (metadata: unknown) =>
    line.request('send-message', { roomId: 'general', content: 'hello', metadata }, 10_000)
  expect(await send({ n: 1n })).toMatchObject({
    kind: 'ack',
    answer: { ok: false, code: 'INVALID_PAYLOAD', retry: 'never' },
  })
  expect(await send({ n: 1 })).toMatchObject({ kind: 'ack', answer: { message: { content: 'hello' } } })
  line.end()
})
