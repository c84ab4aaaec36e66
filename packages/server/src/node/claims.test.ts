import { expect, test } from 'vitest'
import type { Claims } from '../core/claims'
import { EventLog } from '../events/event-log'
import type { Authorize } from '../rules/authorize'
import { flushPromises, testNode } from './test-node'

const withPlan = (plan: string, user = 'ann'): string => `${user}?claims=${JSON.stringify({ plan })}`

/** What the app's rules and listeners are given, as text: `send pro`. */
function listeningNode(answer: ReturnType<Authorize> = true) {
  const seen: string[] = []
  const planOf = (claims: Claims | undefined): unknown => claims?.plan
  let drawn = 0
  const log = { debug() {}, info() {}, warn() {}, error() {} }
  const events = new EventLog({ endpoints: [], ids: { uuid: () => `event-${++drawn}` }, log })
  events.on('message.sent', (_, { claims }) => void seen.push(`sent ${planOf(claims)}`))
  events.on('member.joined', (_, { claims }) => void seen.push(`joined ${planOf(claims)}`))
  const made = testNode({
    events: { log: events, onConnection: () => {} },
    hooks: { beforeSend: ({ kind, user }) => void seen.push(`${kind} ${planOf(user.claims)}`) },
    authorize: (action, { user }) => {
      seen.push(`${action}? ${planOf(user.claims)}`)
      return answer
    },
  })
  return { ...made, seen }
}

const roomOf = async (device: Awaited<ReturnType<ReturnType<typeof testNode>['device']>>) => {
  const { room } = await device.ask('create-room', { name: 'Room', type: 'public' })
  return (room as { id: string }).id
}

test("the app's rules, hooks and listeners see the claims of the connection that acts", async () => {
  const { device, seen } = listeningNode()
  const [phone, desk] = [await device(withPlan('free')), await device(withPlan('pro'))]
  const roomId = await roomOf(phone)
  await desk.ask('send-message', { roomId, content: 'hello' })
  const bob = await device(withPlan('trial', 'bob'))
  await bob.ask('add-member', { roomId })
  await flushPromises()
  expect(seen).toEqual([
    ...['user-name free', 'create-room? free', 'room-name free', 'joined undefined'],
    ...['send pro', 'send? pro', 'sent pro'],
    ...['user-name trial', 'join? trial', 'joined trial', 'sent trial'],
  ])
})

test('a message that grows is checked with the claims of the connection that writes it', async () => {
  const { device, seen } = listeningNode()
  const ann = await device(withPlan('pro'))
  const roomId = await roomOf(ann)
  const { message } = await ann.ask('send-message', { roomId, content: '', stream: true })
  const { id: messageId } = message as { id: string }
  seen.length = 0
  for (const state of ['streaming', 'finished'])
    await ann.ask('write-stream', { roomId, messageId, run: 0, content: `it is ${state}`, state })
  await flushPromises()
  expect(seen).toEqual(['edit pro', 'edit pro'])
})

test('no other user sees them', async () => {
  const { device } = listeningNode()
  const [ann, bob] = [await device(withPlan('secret-plan')), await device('bob')]
  const roomId = await roomOf(ann)
  await bob.ask('add-member', { roomId })
  await bob.ask('join-rooms', { roomIds: [roomId] })
  await ann.ask('send-message', { roomId, content: 'hello' })
  await ann.ask('typing', { roomId, typing: true })
  const read = await bob.ask('fetch-members', { roomId })
  expect(read).toMatchObject({ members: [{ userId: 'ann' }, { userId: 'bob' }] })
  expect(bob.all('changes').length + bob.all('typing').length).toBeGreaterThan(1)
  expect(JSON.stringify([bob.events, ann.events, read])).not.toContain('secret-plan')
})

test('a fresh token has fresh claims', async () => {
  const { device, seen } = listeningNode()
  const ann = await device(withPlan('free'))
  const roomId = await roomOf(ann)
  await ann.ask('refresh-token', { token: withPlan('pro') })
  seen.length = 0
  await ann.ask('send-message', { roomId, content: 'hello' })
  expect(seen.slice(0, 2)).toEqual(['send pro', 'send? pro'])
})

test('a verdict that is kept for some claims does not count for others of the same user', async () => {
  const { device, seen } = listeningNode({ allow: true, cacheMs: 60_000 })
  const [phone, desk] = [await device(withPlan('free')), await device(withPlan('pro'))]
  const roomId = await roomOf(phone)
  const asked = async (by: typeof phone): Promise<string[]> => {
    seen.length = 0
    await by.ask('send-message', { roomId, content: 'hello' })
    return seen.filter((one) => one.startsWith('send? '))
  }
  expect(await asked(phone)).toEqual(['send? free'])
  expect(await asked(phone)).toEqual([])
  expect(await asked(desk)).toEqual(['send? pro'])
  // Another connection with the same claims is the same to the app.
  expect(await asked(await device(withPlan('pro')))).toEqual([])
})
