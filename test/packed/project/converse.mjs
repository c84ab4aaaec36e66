import { ChatError, createChat } from '@roomful/client'

/**
 * What every platform must be able to do: connect, open a room, send, be refused, page, read a stream.
 *
 * @param {{ url: string, token: string, storage?: import('@roomful/client').ChatOptions['storage'] }} options
 */
export async function converse({ url, token, storage }) {
  const chat = createChat({ url, auth: token, ...(storage ? { storage } : {}) })
  try {
    const room = chat.room('general')
    await room.open()
    const sent = await room.send(`from ${where()}`)
    const refusal = await room.send('\u0000').then(
      () => null,
      (error) => error,
    )
    const streamed = []
    for await (const message of room.stream({ after: 0 })) {
      streamed.push(message.seq)
      if (message.seq === sent.seq) break
    }
    return {
      where: where(),
      status: room.getState().status,
      seq: sent.seq,
      shown: room.messages().some((message) => message.key === sent.key && message.status === 'sent'),
      refusedWith: refusal instanceof ChatError ? refusal.code : String(refusal),
      streamed: streamed.length,
      storage: chat.getState().storage.status,
    }
  } finally {
    await chat.close()
  }
}

function where() {
  if (typeof document !== 'undefined') return 'a page'
  return 'WorkerGlobalScope' in globalThis ? 'a worker' : 'Node'
}
