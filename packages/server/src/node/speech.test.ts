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

describe('joining and leaving', () => {
  test('over and over does not fill a room: two system messages a minute', async () => {
    const { node, ann, roomId } = await room()
    const bob = await node.device('bob')
    const lines = async () => {
      const { messages } = await ann.ask('fetch-history', { roomId })
      return (messages as { content: string }[]).map(({ content }) => content)
    }
    for (let n = 0; n < 45; n++) {
      await bob.ask('add-member', { roomId })
      await bob.ask('remove-member', { roomId })
    }
    expect(await lines()).toEqual(['bob joined', 'bob left'])
    const { members } = await ann.ask('fetch-members', { roomId })
    expect(members).toMatchObject([{ userId: 'ann' }])
    await node.clock.pass(60_000)
    await bob.ask('add-member', { roomId })
    expect(await lines()).toEqual(['bob joined', 'bob left', 'bob joined'])
  })
})

describe('a reaction', () => {
  test('cannot carry words', async () => {
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

  test('may be a custom name of the server', async () => {
    const { ann, send } = await room({ customEmoji: ['party-parrot'] })
    const { id: messageId } = await send('hello')
    const react = (emoji: string) => ann.ask('react-message', { messageId, emoji, op: 'add' })
    expect(await react(':party-parrot:')).toMatchObject({
      message: { reactions: [{ emoji: ':party-parrot:' }] },
    })
    expect(await react(':coins:')).toMatchObject({ code: 'INVALID_PAYLOAD', field: 'emoji' })
  })

  test('that older rules accepted can be removed', async () => {
    const { ann, send } = await room()
    const { id: messageId } = await send('hello')
    const taken = await ann.ask('react-message', { messageId, emoji: 'BUY-COINS', op: 'remove' })
    expect(taken).toMatchObject({ ok: true })
  })
})
