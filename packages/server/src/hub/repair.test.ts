import { asRoomId, asUserId, type Member, type Room, type RoomId, type UserId } from '@roomful/protocol'
import { beforeEach, expect, test } from 'vitest'
import { Device } from './device'
import { DeviceRegistry } from './device-registry'
import { Repair } from './repair'

const ROOM = asRoomId('room')
const [ann, bob] = [asUserId('ann'), asUserId('bob')]
const line = { id: 'line', emit() {}, join() {}, leave() {}, close() {} }

let devices: DeviceRegistry
let added: UserId[]
let removed: string[]
let failure: Error | undefined
/** Called before each answer: what happens while it is read. */
let whileRead: () => void
let rev: number
let missed: boolean
let open: RoomId[]
let reads: Map<RoomId, (readonly [UserId, number])[]>
let receipts: string[]
/** Who is in the room; of those who are out, nothing is known. */
let present: UserId[]
let deleted: Set<RoomId>
let asked: string[]
let pauses: number

const createdAt = '2026-01-01T00:00:00.000Z'

function roomOf(id: RoomId): Room {
  const settled = { metadata: {}, settings: {}, createdBy: null, createdAt }
  return { ...settled, id, name: 'room', type: 'private', rev, lastSeq: 0, memberCount: present.length }
}

function memberOf(userId: UserId, roomId: RoomId): Member {
  const place = { lastReadSeq: 0, fromSeq: 1, joinedAt: createdAt, rev: 1 }
  return { ...place, roomId, userId, name: userId, role: 'member' }
}

const answer = <T>(query: string, found: T): T => {
  asked.push(query)
  if (failure) throw failure
  whileRead()
  return found
}

function repairOf(): Repair {
  return new Repair({
    devices,
    pause: async () => void pauses++,
    mayHaveMissed: () => missed,
    readMemberships: async (userId, roomIds) =>
      answer(
        `rooms of ${userId}`,
        roomIds.map((id) => ({ room: roomOf(id), member: memberOf(userId, id), floorSeq: 1 })),
      ),
    readRows: async (roomId, userIds) => {
      const found = userIds.filter((id) => present.includes(id)).map((id) => memberOf(id, roomId))
      return answer(`rows of ${userIds.length}`, { room: roomOf(roomId), members: found })
    },
    readPresent: async (roomId, { after = '', limit }) => {
      const page = present.filter((id) => id > after).slice(0, limit)
      return answer('present', { room: roomOf(roomId), members: page.map((id) => memberOf(id, roomId)) })
    },
    onBehind: () => {},
    onRemoved: (userId, roomId, reason) => {
      devices.forgetMember(userId, roomId)
      removed.push(`${userId} ${reason}`)
    },
    readDeleted: async (roomIds) => roomIds.filter((roomId) => deleted.has(roomId)),
    onAdded: (userId) => added.push(userId),
    onRead: () => {},
    openRooms: () => open,
    readReads: async (roomId) => reads.get(roomId) ?? [],
    onReceipt: (_, userId, seq) => receipts.push(`${userId} ${seq}`),
    checkIdentities: async () => {},
  })
}

const connect = (id: UserId): unknown =>
  devices.add(new Device({ ...line, id }, 2, { id, name: id, admin: false }))

beforeEach(() => {
  devices = new DeviceRegistry()
  for (const id of [ann, bob]) connect(id)
  added = []
  removed = []
  failure = undefined
  whileRead = () => {}
  rev = 2
  missed = false
  open = [ROOM]
  reads = new Map()
  receipts = []
  present = [ann, bob]
  deleted = new Set()
  asked = []
  pauses = 0
})

test('in doubt about a room, whoever is in it is told; then there is no doubt', async () => {
  const repair = repairOf()
  repair.suspect(ROOM)
  await repair.run()
  expect(added).toEqual([ann, bob])
  await repair.run()
  expect(added).toHaveLength(2)
})

test('in doubt about a room, whoever is out of it is told, whoever else is connected', async () => {
  const repair = repairOf()
  for (const id of [ann, bob]) devices.noteMember(id, ROOM, false)
  present = [bob]
  repair.suspect(ROOM)
  await repair.run()
  expect(removed).toEqual(['ann left'])
  expect(added).toEqual([])
})

test('a doubt that could not be looked at is looked at again', async () => {
  const repair = repairOf()
  repair.suspect(ROOM)
  failure = new Error('no database')
  await expect(repair.run()).rejects.toThrow('no database')
  failure = undefined
  await repair.run()
  expect(added).toEqual([ann, bob])
})

test('whoever is in a room that has moved on while it was read is told at the next turn (seed 47412)', async () => {
  const repair = repairOf()
  repair.suspect(ROOM)
  whileRead = () => repair.noteHead(ROOM, { rev: 3, lastSeq: 1 })
  await repair.run()
  expect(added).toEqual([])
  whileRead = () => {}
  rev = 3
  await repair.run()
  expect(added).toEqual([ann, bob])
})

test('what comes into doubt again while it is looked at is looked at in the next turn', async () => {
  const repair = repairOf()
  repair.suspect(ROOM)
  whileRead = () => repair.suspect(ROOM)
  await repair.run()
  whileRead = () => {}
  asked = []
  await repair.run()
  expect(asked.length).toBeGreaterThan(0)
  asked = []
  await repair.run()
  expect(asked).toEqual([])
})

test('a thousand rooms in doubt and a thousand people cost a few queries a room, not one a person, with pauses (P11)', async () => {
  for (let n = 0; n < 1_000; n++) connect(asUserId(`user-${n}`))
  const repair = repairOf()
  for (let n = 0; n < 1_000; n++) repair.suspect(asRoomId(`room-${n}`))
  await repair.run()
  expect(asked.length).toBeLessThanOrEqual(2_000)
  expect(pauses).toBeGreaterThanOrEqual(asked.length / 20 - 1)
  expect(added).toHaveLength(2_000)
})

test('of a room with more members than people are connected here only these are looked for', async () => {
  for (let n = 0; n < 500; n++) connect(asUserId(`user-${n}`))
  present = [bob, ...Array.from({ length: 2_000 }, (_, n) => asUserId(`member-${n}`))].sort()
  const repair = repairOf()
  repair.suspect(ROOM)
  await repair.run()
  expect(asked).toEqual(['rows of 0', 'rows of 200', 'rows of 200', 'rows of 102'])
  expect(added).toEqual([bob])
})

test('a read that nobody told here, of somebody who is not here, is told where the room is open, once (seed 702911)', async () => {
  const repair = repairOf()
  const cat = asUserId('cat')
  reads.set(ROOM, [
    [cat, 17],
    [bob, 0],
  ])
  await repair.run()
  expect(receipts).toEqual([])
  missed = true
  await repair.run()
  await repair.run()
  expect(receipts).toEqual(['cat 17'])

  missed = false
  reads.set(ROOM, [[cat, 18]])
  repair.suspect(ROOM)
  await repair.run()
  expect(receipts).toEqual(['cat 17', 'cat 18'])

  open = []
  reads.set(ROOM, [[cat, 19]])
  repair.suspect(ROOM)
  await repair.run()
  expect(receipts).toHaveLength(2)
})
