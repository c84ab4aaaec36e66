import { describe, expect, test } from 'vitest'
import { copyOn } from '../test-support/copies'
import { filled } from '../test-support/reload'
import { ROOM, type TestClient, type World } from '../test-support/testing-world'
import { memoryStore } from './backends/memory'

/** A JWT of this user, whom no test verifies. */
const jwtOf = (sub: string): string => `head.${btoa(JSON.stringify({ sub }))}.signature`

const textsAtServer = (world: World): string[] => world.server.room(ROOM).messages.map((row) => row.content)

/** Ends a client without a sign-out, as a closed tab does. */
async function leave(world: World, client: TestClient): Promise<void> {
  await client.chat.close()
  world.clients.splice(world.clients.indexOf(client), 1)
}

/** Ada was here, is not signed out, and has left an unsent message. */
async function afterAda(auth: string): Promise<{ world: World; disk: ReturnType<typeof memoryStore> }> {
  const world = filled(2)
  const disk = memoryStore()
  const ada = await world.live('ada', { storage: disk, auth })
  ada.connection.silent = true
  ada.connection.cut()
  ada.room.send('of ada').catch(() => {})
  await world.rest(1_000)
  await leave(world, ada)
  return { world, disk }
}

const offline = (client: TestClient): TestClient => {
  client.connection.silent = true
  void client.room.open().catch(() => {})
  return client
}

describe('an offline cold start', () => {
  for (const [kind, ada, bob] of [
    ['JWTs', jwtOf('ada'), jwtOf('bob')],
    ['opaque tokens', 'token-1', 'token-2'],
  ] as const)
    test(`shows nothing of the last user to another, whose token it has (${kind})`, async () => {
      const { world, disk } = await afterAda(ada)
      const bobs = offline(world.client('bob', { storage: disk, auth: async () => bob }))
      await world.rest(5_000)
      expect(bobs.contents()).toEqual([])
      expect(bobs.chat.getState()).toMatchObject({ user: null, rooms: [], unsent: 0 })
      await leave(world, bobs)
      // Who comes back finds all of it.
      const again = offline(world.client('ada', { storage: disk, auth: async () => ada }))
      await world.rest(1_000)
      expect(again.contents()).toEqual(['old 1', 'old 2', 'of ada'])
    })

  test('whose token comes after a while waits for it, and shows nothing of the last user', async () => {
    const { world, disk } = await afterAda(jwtOf('ada'))
    const shown: string[][] = []
    const auth = () =>
      new Promise<string>((resolve) => world.clock.setTimer(1_500, () => resolve(jwtOf('bob'))))
    const bob = offline(world.client('bob', { storage: disk, auth }))
    bob.room.subscribe(() => shown.push(bob.contents()))
    await world.rest(5_000)
    expect(shown.flat()).toEqual([])
    expect(bob.chat.getState().rooms).toEqual([])
  })

  test('without a token shows the copy of the only user of the device', async () => {
    const { world, disk } = await afterAda(jwtOf('ada'))
    const auth = () => Promise.reject(new Error('no network'))
    const ada = offline(world.client('ada', { storage: disk, auth, onError: () => {} }))
    await world.rest(1_000)
    expect(ada.contents()).toEqual(['old 1', 'old 2', 'of ada'])
  })

  test('without a token shows nothing where two users are known, unless the app names one', async () => {
    const { world, disk } = await afterAda(jwtOf('ada'))
    const bob = await world.live('bob', { storage: disk, auth: jwtOf('bob') })
    await world.rest(1_000)
    await leave(world, bob)
    const auth = () => Promise.reject(new Error('no network'))
    const someone = offline(world.client('ada', { storage: disk, auth, onError: () => {} }))
    await world.rest(3_000)
    expect(someone.contents()).toEqual([])
    await leave(world, someone)
    const ada = offline(world.client('ada', { storage: disk, auth, userId: 'ada', onError: () => {} }))
    await world.rest(1_000)
    expect(ada.contents()).toEqual(['old 1', 'old 2', 'of ada'])
  })

  test('of one whose id is not the subject of their token finds their copy by the token', async () => {
    const world = filled(2)
    const disk = memoryStore()
    const auth = jwtOf('subject of ada')
    const ada = await world.live('ada', { storage: disk, auth })
    await world.rest(1_000)
    await leave(world, ada)
    const again = offline(world.client('ada', { storage: disk, auth }))
    await world.rest(1_000)
    expect(again.contents()).toEqual(['old 1', 'old 2'])
  })

  test('finds a copy of before logins were remembered', async () => {
    const { world, disk } = await afterAda(jwtOf('ada'))
    const directory = await disk.open([])
    await directory.save({ remove: [['lastUsers']], put: [[['lastUsers', 'test:'], 'ada']] })
    await directory.close()
    const ada = offline(world.client('ada', { storage: disk, auth: jwtOf('ada') }))
    await world.rest(1_000)
    expect(ada.contents()).toEqual(['old 1', 'old 2', 'of ada'])
  })
})

test('what was written before the token came is sent by the user whose token it is, and by no other', async () => {
  const { world, disk } = await afterAda(jwtOf('ada'))
  let hasToken = false
  const auth = async (): Promise<string> => {
    if (hasToken) return jwtOf('bob')
    throw new Error('no network')
  }
  const bob = world.client('bob', { storage: disk, auth, onError: () => {} })
  void bob.room.open().catch(() => {})
  await world.rest(1_000)
  const sent = bob.room.send('of bob')
  await world.rest(1_000)
  hasToken = true
  await world.rest(30_000)
  expect((await sent).senderId).toBe('bob')
  expect(bob.contents()).toEqual(['old 1', 'old 2', 'of bob'])
  await leave(world, bob)
  const ada = await world.live('ada', { storage: disk, auth: jwtOf('ada') })
  await world.rest(5_000)
  expect(textsAtServer(world)).toEqual(['old 1', 'old 2', 'of bob', 'of ada'])
  expect(world.server.room(ROOM).messages.map(({ senderId }) => senderId)).toEqual([
    'bob',
    'bob',
    'bob',
    'ada',
  ])
  expect(ada.chat.getState().unsent).toBe(0)
  expect((await copyOn(disk).open({ url: 'test:', userId: 'bob' })).entries).toEqual([])
})

for (const [kind, storage] of [
  ['with a disk', memoryStore],
  ['in memory only', () => 'memory' as const],
] as const)
  test(`a client whose auth() answers for another user shows and sends nothing of the first, ${kind}`, async () => {
    const world = filled(2)
    let user = 'ada'
    const place = storage()
    const client = await world.live('ada', { storage: place, auth: async () => jwtOf(user) })
    await world.rest(1_000)
    client.connection.silent = true
    client.connection.cut()
    const unsent = client.room.send('of ada')
    unsent.catch(() => {})
    await world.rest(1_000)
    user = 'bob'
    client.connection.userId = 'bob'
    client.connection.silent = false
    client.connection.refuseConnect = (token) =>
      token === jwtOf('bob') ? null : { code: 'TOKEN_EXPIRED', text: 'expired', next: 'auth' }
    await world.rest(30_000)
    expect(client.chat.getState()).toMatchObject({ user: { id: 'bob' }, unsent: 0 })
    expect(textsAtServer(world)).toEqual(['old 1', 'old 2'])
    expect(client.contents()).toEqual(['old 1', 'old 2'])
    await expect(unsent).rejects.toMatchObject({ code: 'ABORTED' })
    if (place === 'memory') return
    await leave(world, client)
    await world.live('ada', { storage: place, auth: jwtOf('ada') })
    await world.rest(5_000)
    expect(textsAtServer(world)).toEqual(['old 1', 'old 2', 'of ada'])
  })
