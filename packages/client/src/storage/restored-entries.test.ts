import { asClientId } from '@roomful/protocol/plain'
import { describe, expect, test } from 'vitest'
import { TabsWorld, type TestTab } from '../test-support/tabs-world'
import { ROOM } from '../test-support/testing-world'
import type { StoredEntry } from './local-copy'

const cycle: { self?: object } = {}
cycle.self = cycle

const LEFT = 'left-000001'
/** As an older version wrote it, in a tab that is no more. */
const left = (fields: object, clientId = LEFT): StoredEntry => {
  const sound = {
    kind: 'send',
    id: asClientId(clientId),
    content: 'left behind',
    replyTo: null,
    createdAt: '2026-01-01T00:00:00.000Z',
    attempts: 0,
    maybe: true,
    state: { at: 'ready' },
  }
  return {
    clientId,
    roomId: ROOM,
    order: 1,
    data: { tab: 'a-tab-that-died', entry: { ...sound, ...fields } },
  }
}

const shown = ({ room }: TestTab) => room.messages().map(({ content, status }) => `${content}: ${status}`)
const delivered = ({ server }: TabsWorld, room = ROOM) =>
  server.room(room).messages.map(({ content }) => content)

const POISONED: [string, object, object][] = [
  ['a BigInt in its metadata', { metadata: { order: { n: 1n } } }, { field: 'metadata.order.n' }],
  ['a cycle in its metadata', { metadata: cycle }, { field: 'metadata.self' }],
  ['a Map in its metadata', { metadata: { users: new Map() } }, { field: 'metadata.users' }],
  [
    'an infinite number in its metadata',
    { metadata: { n: Number.POSITIVE_INFINITY } },
    { field: 'metadata.n' },
  ],
  ['a list for metadata', { metadata: [] }, { field: 'metadata' }],
  ['a type that is none', { type: { n: 1n } }, { field: 'type' }],
  ['a message to answer that is none', { replyTo: { id: 1n } }, { field: 'replyTo' }],
  ['no text', { content: 5n, metadata: { n: 1 } }, { field: 'content' }],
]

/** A user who has been here, and has two rooms. */
async function visited(...entries: readonly StoredEntry[]): Promise<TabsWorld> {
  const world = new TabsWorld()
  world.server.addRoom('other', ['ada', 'bob'])
  const before = await world.openTab()
  await world.rest(1_000)
  world.kill(before)
  for (const entry of entries) world.browser.leave(entry)
  return world
}

describe('an unsent message on the disk', () => {
  test.each(POISONED)(
    'with %s is failed, and can be cancelled; all others go out, in all rooms',
    async (_what, fields, error) => {
      const world = await visited(left(fields), { ...left({}, 'left-000002'), roomId: 'other' })
      const ada = await world.openTab()
      expect(ada.room.messages().at(-1)).toMatchObject({
        key: LEFT,
        content: 'content' in fields ? '' : 'left behind',
        status: 'failed',
        error: { code: 'INVALID_PAYLOAD', retry: 'never', ...error },
      })
      void ada.room.send('one')
      void ada.chat.room('other').send('two')
      await world.rest(3_000)
      expect(delivered(world)).toEqual(['one'])
      expect(delivered(world, 'other')).toEqual(['left behind', 'two'])
      expect(ada.chat.getState().storage).toEqual({ status: 'ok' })
      ada.room.retry(LEFT)
      await world.rest(3_000)
      expect(shown(ada)[1]).toMatch(/: failed$/)
      expect(ada.room.cancel(LEFT)).toBe(true)
      await world.rest(3_000)
      expect(shown(ada)).toEqual(['one: sent'])
      expect(world.browser.disk.entries.size).toBe(0)
    },
  )

  test.each(POISONED)('with %s is failed at the tab that takes it over', async (_what, fields, error) => {
    const world = await visited()
    const [owner, other] = await world.openTabs(2)
    if (!owner || !other) throw new Error('two tabs')
    world.browser.leave(left(fields))
    world.kill(other)
    void owner.room.send('one')
    await world.rest(5_000)
    expect(delivered(world)).toEqual(['one'])
    expect(owner.room.messages().at(-1)).toMatchObject({ status: 'failed', error })
    void owner.room.send('two')
    await world.rest(5_000)
    expect(delivered(world)).toEqual(['one', 'two'])
  })

  test.each<[string, object, object]>([
    [
      'a Date in its metadata',
      { metadata: { at: new Date(0) } },
      { metadata: { at: '1970-01-01T00:00:00.000Z' } },
    ],
    ['an undefined property', { metadata: { a: 1, b: undefined } }, { metadata: { a: 1 } }],
    ['no number of tries', { attempts: undefined }, {}],
    ['no state', { state: null }, {}],
    ['no time', { createdAt: undefined }, {}],
    ['fields of a later version', { colour: 1n }, {}],
  ])('with %s goes out', async (_what, fields, row) => {
    const world = await visited(left(fields))
    await world.openTab()
    await world.rest(3_000)
    expect(world.server.room(ROOM).messages).toMatchObject([
      { content: 'left behind', clientId: LEFT, ...row },
    ])
    expect(world.browser.disk.entries.size).toBe(0)
  })
})

test.each<[string, object]>([
  ['an edit without its text', { kind: 'edit', content: undefined, target: { id: 'm' } }],
  ['a delete of nothing', { kind: 'delete', target: null }],
  ['a reaction with something else', { kind: 'react', target: { id: 'm' }, emoji: 1n, op: 'add' }],
  ['a read up to nowhere', { kind: 'read', seq: 1n }],
  ['what a later version does', { kind: 'pin', target: { id: 'm' } }],
  ['what is of another', { id: 'another-0001' }],
])('%s on the disk is left there, and blocks nothing', async (_what, fields) => {
  const world = await visited(left(fields))
  const ada = await world.openTab()
  void ada.room.send('one')
  await world.rest(3_000)
  expect(shown(ada)).toEqual(['one: sent'])
  expect([...world.browser.disk.entries.keys()]).toEqual([LEFT])
})
