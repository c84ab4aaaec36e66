import { createAdmin, deleteUser } from '@roomful/admin'
import { createApiKey, signToken } from '@roomful/server'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { temporaryFolder } from './roomful-command'
import { connect, refusalOf, SECRET, signIn, startServer, tokenOf } from './server-fixture'

const folder = temporaryFolder()
let server: Awaited<ReturnType<typeof startServer>>
let admin: ReturnType<typeof createAdmin>
beforeAll(async () => {
  const file = `${folder.path}/api-keys`
  const { key } = await createApiKey(file, ['*'])
  server = await startServer({
    apiKeyFile: file,
    database: `sqlite:${folder.path}/chat.db`,
    defaultRooms: [],
  })
  admin = createAdmin({ url: server.url, apiKey: key })
})
afterAll(async () => {
  await server.close()
  folder[Symbol.dispose]()
})

let no = 0
let roomId: string
beforeEach(async () => {
  roomId = `room-${++no}`
  await admin.rooms.upsert({ roomId, name: 'Room', type: 'private' })
})
const put = (...userIds: string[]) =>
  admin.members.addMany({ roomId, members: userIds.map((userId) => ({ userId })), silent: true })
const contents = async () => (await admin.messages.list({ roomId })).messages.map(({ content }) => content)

describe('a deactivated user', () => {
  test('is cut off, cannot sign in with any token, and can again once they are active', async () => {
    await put('dora')
    const dora = await signIn(server, 'dora')
    const deactivated = await admin.users.deactivate({ userId: 'dora' })
    expect(deactivated.user).toMatchObject({ deactivated: true })
    await dora.disconnected
    expect(await refusalOf(server, { token: await tokenOf('dora'), protocol: 2 })).toMatchObject({
      code: 'SESSION_REVOKED',
    })
    const { user } = await admin.users.reactivate({ userId: 'dora' })
    expect(user).toMatchObject({ deactivated: false })
    // A token that was issued before stays refused; tokens have whole seconds.
    const clock = { now: () => Date.now() + 2_000, setTimer: () => () => {} }
    const token = await signToken(SECRET, { id: 'dora', name: 'Dora' }, { clock })
    const back = await connect(server, { token, protocol: 2 })
    // Once more, as after a lost answer: what was issued since stays.
    await admin.users.reactivate({ userId: 'dora' })
    expect(await back.ask('list-rooms')).toMatchObject({ ok: true })
    back.socket.close()
  })

  test('who was never deactivated is let in again without a trace: their devices stay', async () => {
    await put('egon')
    const egon = await signIn(server, 'egon')
    expect((await admin.users.reactivate({ userId: 'egon' })).user).toMatchObject({ deactivated: false })
    expect(await egon.ask('list-rooms')).toMatchObject({ ok: true })
    egon.socket.close()
  })
})

describe('a deleted user', () => {
  const speak = async () => {
    await admin.users.upsertMany({
      users: [
        { id: 'eva', name: 'Eva Moss' },
        { id: 'finn', name: 'Finn' },
      ],
    })
    await admin.members.addMany({ roomId, members: [{ userId: 'eva' }, { userId: 'finn' }] })
    for (const content of ['one', 'two']) await admin.messages.send({ roomId, userId: 'eva', content })
    await admin.messages.send({ roomId, userId: 'finn', content: 'three' })
  }

  test('leaves their messages without their name, if those are kept', async () => {
    await speak()
    const finn = await signIn(server, 'finn')
    await finn.do('join-rooms', { roomIds: [roomId] })
    await deleteUser(admin, { userId: 'eva', messages: 'anonymise' })
    const { messages } = await admin.messages.list({ roomId })
    expect(messages.map(({ senderName, content }) => `${senderName}: ${content}`)).toEqual([
      ': Deleted user was added',
      ': Finn was added',
      'Deleted user: one',
      'Deleted user: two',
      'Finn: three',
    ])
    // Those who look on see it at once.
    await finn.next('changes', ({ changes }) =>
      changes.some((change) => change.kind === 'message' && change.message.senderName === 'Deleted user'),
    )
    finn.socket.close()
    expect((await admin.members.list({ roomId })).members.map(({ userId }) => userId)).toEqual(['finn'])
    await expect(admin.users.get({ userId: 'eva' })).rejects.toMatchObject({ code: 'USER_NOT_FOUND' })
    expect(await refusalOf(server, { token: await tokenOf('eva'), protocol: 2 })).toMatchObject({
      code: 'SESSION_REVOKED',
    })
    // A second time nothing is left to do.
    const before = await admin.rooms.get({ roomId })
    await deleteUser(admin, { userId: 'eva', messages: 'anonymise' })
    expect(await admin.rooms.get({ roomId })).toEqual(before)
  })

  test('takes their messages along, if those are blanked, also from rooms they have left', async () => {
    await speak()
    await admin.members.remove({ roomId, userId: 'eva' })
    await deleteUser(admin, { userId: 'eva', messages: 'blank' })
    expect(await contents()).toEqual([
      'Deleted user was added',
      'Finn was added',
      'three',
      'Deleted user was removed',
    ])
  })

  test('leaves no picture: not in their row, in member rows, or in what is exported', async () => {
    const avatarUrl = 'https://example.com/ned.png'
    await admin.users.upsert({ userId: 'ned', name: 'Ned', avatarUrl })
    await put('ned')
    const { user, memberships } = await admin.users.export({ userId: 'ned' })
    expect([user, ...memberships]).toMatchObject([{ avatarUrl }, { avatarUrl }])
    await deleteUser(admin, { userId: 'ned', messages: 'anonymise' })
    const left = await admin.users.export({ userId: 'ned' })
    expect(left).toMatchObject({ user: null, memberships: [{ name: 'Deleted user', removed: 'left' }] })
    expect(JSON.stringify(left)).not.toContain('ned.png')
  })

  test('of many rooms and messages is deleted and exported step by step', async () => {
    await admin.users.upsert({ userId: 'gus', name: 'Gus' })
    const rooms = Array.from({ length: 3 }, (_, n) => `gus-${n}`)
    for (const gus of rooms) {
      await admin.rooms.upsert({ roomId: gus, name: 'Gus', type: 'private' })
      await admin.members.add({ roomId: gus, userId: 'gus', silent: true })
      const drafts = Array.from({ length: 50 }, (_, n) => ({ content: `${n}`, clientId: `message-${n}` }))
      for (let more = 0; more < 5; more++)
        await Promise.all(
          drafts.map(({ content, clientId }) =>
            admin.messages.send({ roomId: gus, userId: 'gus', content, clientId: `${clientId}-${more}` }),
          ),
        )
    }
    const pages = []
    for (let after: string | undefined; ; ) {
      const page = await admin.users.export({ userId: 'gus', ...(after === undefined ? {} : { after }) })
      pages.push(page)
      after = page.next
      if (after === undefined) break
    }
    expect(pages.length).toBeGreaterThan(1)
    expect(new Set(pages.flatMap(({ messages }) => messages.map(({ id }) => id))).size).toBe(750)
    expect(new Set(pages.flatMap(({ memberships }) => memberships.map((one) => one.roomId)))).toEqual(
      new Set(rooms),
    )
    expect(await deleteUser(admin, { userId: 'gus', messages: 'blank' })).toBe(750)
    for (const gus of rooms) expect(await admin.messages.count({ roomId: gus })).toEqual({ count: 0 })
  })
})

describe('the backend sends as a user', () => {
  test('who is a member: past slow mode and a read-only room, but not past a mute or an archive', async () => {
    await put('hal')
    await admin.rooms.update({ roomId, settings: { slowModeSeconds: 60, readOnly: true } })
    await admin.messages.send({ roomId, userId: 'hal', content: 'one' })
    await admin.messages.send({ roomId, userId: 'hal', content: 'two' })
    await admin.members.mute({ roomId, userId: 'hal', until: '2999-01-01T00:00:00.000Z' })
    const muted = admin.messages.send({ roomId, userId: 'hal', content: 'three' })
    await expect(muted).rejects.toMatchObject({ code: 'MUTED', status: 403 })
    await admin.members.mute({ roomId, userId: 'hal', until: null })
    await admin.rooms.update({ roomId, settings: { archived: true } })
    const late = admin.messages.send({ roomId, userId: 'hal', content: 'four' })
    await expect(late).rejects.toMatchObject({ code: 'ROOM_ARCHIVED', status: 409 })
    expect(await contents()).toEqual(['one', 'two'])
  })

  test('who is not: only with `join`', async () => {
    await admin.users.upsert({ userId: 'ida', name: 'Ida' })
    const draft = { roomId, userId: 'ida', content: 'hello', clientId: 'hello-ida' }
    await expect(admin.messages.send(draft)).rejects.toMatchObject({ code: 'FORBIDDEN', field: 'userId' })
    const { message } = await admin.messages.send({ ...draft, join: true })
    expect(await admin.messages.send({ ...draft, join: true })).toEqual({ message, duplicate: true })
    const { rooms } = await admin.users.rooms({ userId: 'ida' })
    expect(rooms).toMatchObject([{ room: { id: roomId }, unread: 0 }])
  })
})

test('a dm is the same for the same users, and none is put into it', async () => {
  await admin.users.upsertMany({ users: ['kim', 'lee', 'mia'].map((id) => ({ id, name: id.toUpperCase() })) })
  const made = await admin.rooms.openDm({ userIds: ['kim', 'lee'] })
  expect(made).toMatchObject({ created: true, room: { type: 'dm', name: 'KIM, LEE', memberCount: 2 } })
  const again = await admin.rooms.openDm({ userIds: ['lee', 'kim'] })
  expect(again).toMatchObject({ created: false, room: { id: made.room.id } })
  const third = admin.members.add({ roomId: made.room.id, userId: 'mia' })
  await expect(third).rejects.toMatchObject({ code: 'FORBIDDEN' })
})

test('users are found by a part of their name, pages of few among many', async () => {
  const users = Array.from({ length: 700 }, (_, n) => ({
    id: `many-${n}`,
    name: n % 100 === 7 ? `Zoë ${n}` : `N ${n}`,
  }))
  await admin.users.upsertMany({ users })
  const found = []
  for await (const { name } of admin.each('users.list', { query: 'zoë', limit: 3 })) found.push(name)
  expect(found.sort()).toEqual(['Zoë 107', 'Zoë 207', 'Zoë 307', 'Zoë 407', 'Zoë 507', 'Zoë 607', 'Zoë 7'])
})

test('a picture is an absolute address; it stays until another or none is given', async () => {
  const avatarUrl = 'https://example.com/oda.png'
  const upserted = async (more: { name?: string; avatarUrl?: string | null }) =>
    (await admin.users.upsert({ userId: 'oda', name: 'Oda', ...more })).user
  expect(await upserted({ avatarUrl })).toEqual({ id: 'oda', name: 'Oda', avatarUrl, deactivated: false })
  await put('oda')
  expect((await upserted({ name: 'Oda M' })).avatarUrl).toBe(avatarUrl)
  expect((await admin.members.list({ roomId })).members).toMatchObject([{ userId: 'oda', avatarUrl }])
  for (const odd of ['javascript:alert(1)', '/oda.png', `https://example.com/${'x'.repeat(500)}`])
    await expect(upserted({ avatarUrl: odd })).rejects.toMatchObject({
      ...{ code: 'INVALID_PAYLOAD', field: 'avatarUrl', status: 400 },
    })
  await upserted({ avatarUrl: null })
  expect((await admin.users.get({ userId: 'oda' })).user).not.toHaveProperty('avatarUrl')
})
