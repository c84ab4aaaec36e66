import { describe, expect, test } from 'vitest'
import { messages } from '../api/messages'
import type { ApiContext } from '../api/operation'
import { SERVER_ACTOR } from '../core/server-actor'
import { flushPromises, testNode } from '../node/test-node'
import type { RateOptions } from '../options'
import type { Draft, Hooks } from './hooks'

const message = (n: number, content: string) => ({
  content,
  clientId: `client-${String(n).padStart(4, '0')}`,
})

/** A hook that is asked about messages alone. Names: moderate-name.test.ts. */
const onMessages = ({ beforeSend, ...hooks }: Hooks): Hooks => ({
  ...hooks,
  ...(beforeSend && {
    beforeSend: (draft) => (draft.kind.endsWith('-name') ? undefined : beforeSend(draft)),
  }),
})

async function room(hooks: Hooks, rates: RateOptions = {}) {
  const node = testNode({ hooks: onMessages(hooks), rates })
  const ann = await node.device('ann')
  const made = await ann.ask('create-room', { name: 'Room', type: 'public' })
  const { id: roomId } = made.room as { id: string }
  await ann.ask('join-rooms', { roomIds: [roomId] })
  return { node, ann, roomId }
}

describe('afterEdit', () => {
  test('is called once for each edit that changed the text, and for nothing else', async () => {
    const told: string[] = []
    const { node, ann, roomId } = await room({ afterEdit: ({ content }) => void told.push(content) })
    const sent = await ann.ask('send-message', { roomId, ...message(1, 'clean') })
    const { id: messageId } = sent.message as { id: string }
    const edit = async (content: string, opId: string): Promise<void> => {
      await node.clock.pass(1_000)
      await ann.ask('edit-message', { messageId, content, opId })
    }
    await edit('BUY COINS', 'op-000001')
    await edit('BUY COINS', 'op-000001')
    await edit('BUY COINS', 'op-000002')
    await edit('', 'op-000003')
    await flushPromises()
    expect(told).toEqual(['BUY COINS'])
  })

  test('also for an edit by the server API', async () => {
    const told: string[] = []
    const { node, ann, roomId } = await room({ afterEdit: ({ content }) => void told.push(content) })
    const sent = await ann.ask('send-message', { roomId, ...message(1, 'clean') })
    const { id: messageId } = sent.message as { id: string }
    const unused = async () => {
      throw new Error('nobody asks for it')
    }
    const context: ApiContext = {
      ...{ services: node.node.services, actor: SERVER_ACTOR, isDraining: () => false },
      figures: () => {
        throw new Error('nobody asks for them')
      },
      webhooks: { list: unused, dead: unused, replay: unused },
    }
    for (const content of ['BUY COINS', 'BUY COINS']) {
      await node.clock.pass(1_000)
      const call = messages['messages.edit'].prepare({ roomId, messageId, content })
      if ('ok' in call) throw new Error(call.code)
      expect(await call.run(context)).toMatchObject({ message: { content } })
    }
    await flushPromises()
    expect(told).toEqual(['BUY COINS'])
  })
})

describe('beforeSend', () => {
  test('sees new messages and edits, and may change their text', async () => {
    const drafts: Draft[] = []
    const { ann, roomId } = await room({
      beforeSend: (draft) => {
        drafts.push(draft)
        return { content: draft.content.replace('darn', '****') }
      },
    })
    const sent = await ann.ask('send-message', { roomId, ...message(1, 'darn it') })
    expect(sent).toMatchObject({ ok: true, message: { content: '**** it' } })
    const { id: messageId } = sent.message as { id: string }
    const edited = await ann.ask('edit-message', { messageId, content: 'oh darn' })
    expect(edited).toMatchObject({ ok: true, message: { content: 'oh ****' } })
    expect(drafts).toMatchObject([
      { kind: 'send', roomId, content: 'darn it', type: 'text', user: { id: 'ann', name: 'ann' } },
      { kind: 'edit', roomId, content: 'oh darn', messageId },
    ])
  })

  test('sees reactions, and refuses one or accepts it unchanged', async () => {
    const drafts: Draft[] = []
    const { ann, roomId } = await room({
      beforeSend: (draft) => {
        drafts.push(draft)
        if (draft.kind !== 'react') return undefined
        if (draft.content === '🍆') return { refuse: 'not here' }
        return draft.content === '🍑' ? { content: '*' } : undefined
      },
    })
    const sent = await ann.ask('send-message', { roomId, ...message(1, 'hello') })
    const { id: messageId } = sent.message as { id: string }
    const react = (emoji: string, op = 'add') => ann.ask('react-message', { messageId, emoji, op })
    const refused = { ok: false, code: 'REFUSED', retry: 'never', field: 'emoji' }
    expect(await react('🍆')).toMatchObject({ ...refused, reason: 'not here' })
    const replaced = await react('🍑')
    expect(replaced).toMatchObject(refused)
    expect(replaced).not.toHaveProperty('reason')
    expect(await react('👍')).toMatchObject({ message: { reactions: [{ emoji: '👍', count: 1 }] } })
    expect(drafts.at(-1)).toEqual({
      ...{ kind: 'react', roomId, user: { id: 'ann', name: 'ann' } },
      ...{ content: '👍', type: 'reaction', messageId },
    })
    await react('🍆', 'remove')
    expect(drafts).toHaveLength(4)
  })

  test('refuses one message of a batch, and the others are accepted', async () => {
    const { ann, roomId } = await room({
      beforeSend: ({ content }) => (content === 'spam' ? { refuse: 'spam' } : undefined),
    })
    const messages = [message(1, 'one'), message(2, 'spam'), message(3, 'three')]
    const { results } = await ann.ask('send-messages', { roomId, messages })
    expect(results).toMatchObject([
      { ok: true, message: { seq: 1 } },
      { ok: false, code: 'REFUSED', retry: 'never', field: 'content', reason: 'spam' },
      { ok: true, message: { seq: 2 } },
    ])
  })

  test('tells its reason to who sends and edits, over protocol 1 as the text of the error', async () => {
    const { node, ann, roomId } = await room({
      beforeSend: ({ content }) => (content === 'spam' ? { refuse: 'No adverts here' } : undefined),
    })
    const reason = { ok: false, code: 'REFUSED', error: 'No adverts here', reason: 'No adverts here' }
    const sent = await ann.ask('send-message', { roomId, ...message(1, 'hello') })
    const { id: messageId } = sent.message as { id: string }
    expect(await ann.ask('send-message', { roomId, ...message(2, 'spam') })).toMatchObject(reason)
    expect(await ann.ask('edit-message', { messageId, content: 'spam' })).toMatchObject(reason)
    const old = await node.device('ann', 1)
    expect(await old.ask('send-message', { roomId, content: 'spam' })).toMatchObject(reason)
  })

  test('has its reason cut, and freed of what could fool a terminal', async () => {
    const { ann, roomId } = await room({
      beforeSend: ({ content }) => (content === 'hello' ? undefined : { refuse: content }),
    })
    const reasonOf = async (content: string) =>
      (await ann.ask('send-message', { roomId, ...message(1, content) })).reason
    expect(await reasonOf('one\ntwo \u001b[2J\u202Ethree')).toBe('one two [2Jthree')
    expect(await reasonOf('é'.repeat(600))).toBe('é'.repeat(500))
  })

  test('that fails or hangs accepts nothing, for now', async () => {
    const { node, ann, roomId } = await room({
      beforeSend: ({ content }) => {
        if (content === 'hang') return new Promise(() => {})
        throw new Error('the filter is down')
      },
    })
    const failed = await ann.ask('send-messages', { roomId, messages: [message(1, 'a'), message(2, 'b')] })
    expect(failed.results).toMatchObject([{ code: 'UNAVAILABLE', retry: 'after' }, { code: 'NOT_ATTEMPTED' }])
    const hanging = ann.ask('send-message', { roomId, ...message(3, 'hang') })
    await node.clock.pass(5_000)
    expect(await hanging).toMatchObject({ code: 'UNAVAILABLE' })
    expect(node.logged).toHaveLength(2)
    expect(JSON.stringify(node.logged)).not.toContain('hang')
  })

  test('that fails before the tokens run out: no later message counts as tried', async () => {
    const broken = () => Promise.reject(new Error('the filter is down'))
    const { ann, roomId } = await room({ beforeSend: broken }, { sendsPerSecond: 10, sendsBurst: 2 })
    const messages = [1, 2, 3].map((n) => message(n, 'text'))
    const { results } = await ann.ask('send-messages', { roomId, messages })
    expect((results as { code: string }[]).map(({ code }) => code)).toEqual([
      'UNAVAILABLE',
      'NOT_ATTEMPTED',
      'NOT_ATTEMPTED',
    ])
  })

  test('may be slow with one message, and the next one does not overtake it (I9)', async () => {
    const release: (() => void)[] = []
    const { ann, roomId } = await room({
      beforeSend: ({ content }) =>
        content === 'slow' ? new Promise((resolve) => release.push(() => resolve(undefined))) : undefined,
    })
    const first = ann.ask('send-message', { roomId, ...message(1, 'slow') })
    const second = ann.ask('send-message', { roomId, ...message(2, 'quick') })
    await flushPromises()
    release[0]?.()
    expect(await first).toMatchObject({ message: { seq: 1 } })
    expect(await second).toMatchObject({ message: { seq: 2 } })
  })
})

describe('afterSend', () => {
  test('is called once for each new message, and its failure is only logged', async () => {
    const told: string[] = []
    const { node, ann, roomId } = await room({
      afterSend: ({ content }) => {
        told.push(content)
        throw new Error('the webhook is down')
      },
    })
    await ann.ask('send-message', { roomId, ...message(1, 'once') })
    expect(await ann.ask('send-message', { roomId, ...message(1, 'once') })).toMatchObject({
      duplicate: true,
    })
    await flushPromises()
    expect(told).toEqual(['once'])
    expect(node.logged).toMatchObject([{ text: 'afterSend failed' }])
  })
})
