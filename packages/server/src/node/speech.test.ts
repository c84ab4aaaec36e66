import { describe, expect, test } from 'vitest'
import { testNode } from './test-node'

async function room(options: Parameters<typeof testNode>[0] = {}) {
  const node = testNode(options)
  const ann = await node.device('ann')
  const made = await ann.ask('create-room', { name: 'Room', type: 'public' })
  const { id: roomId } = made.room as { id: string }
  const send = async (content: string, rest: object = {}): Promise<Record<string, unknown>> => {
    const sent = await ann.ask('send-message', { roomId, content, ...rest })
    return sent.message as Record<string, unknown>
  }
  return { node, ann, roomId, send }
}

describe('a reaction', () => {
  test('is no way to write words', async () => {
    const { ann, send } = await room()
    const { id: messageId } = await send('hello')
    for (const emoji of ['BUY-COINS-AT-COINS.EXAMPLE', ':coins:', '👍👍', '🇧']) {
      const refused = await ann.ask('react-message', { messageId, emoji, op: 'add' })
      expect(refused).toMatchObject({ code: 'INVALID_PAYLOAD', field: 'emoji' })
    }
    expect(await ann.ask('react-message', { messageId, emoji: '👍🏽', op: 'add' })).toMatchObject({
      ok: true,
    })
  })

  test('may be a name that the server knows', async () => {
    const { ann, send } = await room({ customEmoji: ['party-parrot'] })
    const { id: messageId } = await send('hello')
    const react = (emoji: string) => ann.ask('react-message', { messageId, emoji, op: 'add' })
    expect(await react(':party-parrot:')).toMatchObject({
      message: { reactions: [{ emoji: ':party-parrot:' }] },
    })
    expect(await react(':coins:')).toMatchObject({ code: 'INVALID_PAYLOAD', field: 'emoji' })
  })

  test('that older rules let through can be taken back', async () => {
    const { ann, send } = await room()
    const { id: messageId } = await send('hello')
    const taken = await ann.ask('react-message', { messageId, emoji: 'BUY-COINS', op: 'remove' })
    expect(taken).toMatchObject({ ok: true })
  })
})
