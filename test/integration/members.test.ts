import { waitUntil } from '@roomful/testing'
import { createTestClient, createTestServer, type TestServer } from '@roomful/testing/node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

// Real sockets: 251 users, each of whom has signed in once.
const CROWD = Array.from({ length: 250 }, (_, i) => `u${String(i).padStart(3, '0')}`)

describe('a room of 251 members', () => {
  let server: TestServer
  beforeAll(async () => {
    server = await createTestServer({ limits: { sendsPerSecond: 0, eventsPerSecond: 0 } })
    for (const user of CROWD) await (await createTestClient(server, user)).close()
  })
  afterAll(() => server.close())

  test('is counted exactly, loaded page by page, and followed as users come and go', async () => {
    await using ann = await createTestClient(server, 'zoe')
    await using other = await createTestClient(server, 'u000')
    await using gone = await createTestClient(server, 'u001')
    const room = ann.room('general')
    await room.open()
    expect(room.getState()).toMatchObject({ memberCount: 251, hasMoreMembers: true })
    const inList = () => other.getState().rooms.find(({ id }) => id === 'general')?.memberCount
    await waitUntil('the list to count her too', () => inList() === 251)
    let pages = 0
    for (; room.getState().hasMoreMembers; pages++) await room.loadMembers()
    expect(pages).toBe(3)
    expect(room.getState().members.map(({ userId }) => userId)).toEqual([...CROWD, 'zoe'])
    await gone.leaveRoom('general')
    await waitUntil('one to be gone', () => room.getState().memberCount === 250 && inList() === 250)
    expect(room.getState().members).toHaveLength(250)
    const { rooms } = await ann.listRooms()
    expect(rooms).toMatchObject([{ id: 'general', memberCount: 250 }])
  })
})
