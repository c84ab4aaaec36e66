import { asRoomId, asUserId, type Member, type Room, type RoomId, type UserId } from '@roomful/protocol'
import { beforeEach, expect, test } from 'vitest'
import type { Membership } from '../stores/port'
import { Peer } from './peer'
import { Peers } from './peers'
import { Repair } from './repair'

const ROOM = asRoomId('room')
const [ann, bob] = [asUserId('ann'), asUserId('bob')]
const line = { id: 'line', emit() {}, join() {}, leave() {}, close() {} }

let peers: Peers
let added: UserId[]
let failure: Error | undefined
/** Called before each answer: what happens while it is read. */
let whileRead: (userId: UserId) => void
let rev: number
let missed: boolean
let open: RoomId[]
let reads: Map<RoomId, (readonly [UserId, number])[]>
let receipts: string[]

const createdAt = '2026-01-01T00:00:00.000Z'

function membership(userId: UserId, roomId: RoomId): Membership {
  const settled = { metadata: {}, settings: {}, createdBy: null, createdAt }
  const room: Room = { ...settled, id: roomId, name: 'room', type: 'private', rev, lastSeq: 0 }
  const place = { lastReadSeq: 0, fromSeq: 1, joinedAt: createdAt, rev: 1 }
  const member: Member = { ...place, roomId, userId, name: userId, role: 'member' }
  return { room, member, floorSeq: 1 }
}

function repairOf(): Repair {
  return new Repair({
    peers,
    mayHaveMissed: () => missed,
    readMemberships: async (userId, roomIds) => {
      const found = [...new Set(roomIds)].map((roomId) => membership(userId, roomId))
      if (failure) throw failure
      whileRead(userId)
      return found
    },
    onBehind: () => {},
    onRemoved: () => {},
    onAdded: (userId) => added.push(userId),
    onRead: () => {},
    openRooms: () => open,
    readReads: async (roomId) => reads.get(roomId) ?? [],
    onReceipt: (_, userId, seq) => receipts.push(`${userId} ${seq}`),
    checkIdentities: async () => {},
  })
}

beforeEach(() => {
  peers = new Peers()
  for (const id of [ann, bob]) peers.add(new Peer({ ...line, id }, 2, { id, name: id, admin: false }))
  added = []
  failure = undefined
  whileRead = () => {}
  rev = 2
  missed = false
  open = [ROOM]
  reads = new Map()
  receipts = []
})

test('in doubt about a room, whoever is in it is told; then there is no doubt', async () => {
  const repair = repairOf()
  repair.doubt(ROOM)
  await repair.run()
  expect(added).toEqual([ann, bob])
  await repair.run()
  expect(added).toHaveLength(2)
})

test('a doubt that could not be looked at is looked at again', async () => {
  const repair = repairOf()
  repair.doubt(ROOM)
  failure = new Error('no database')
  await expect(repair.run()).rejects.toThrow('no database')
  failure = undefined
  await repair.run()
  expect(added).toEqual([ann, bob])
})

test('whoever is in a room that has moved on while it was read is told at the next turn (seed 47412)', async () => {
  const repair = repairOf()
  repair.doubt(ROOM)
  whileRead = (userId) => {
    if (userId === bob) repair.noteHead(ROOM, { rev: 3, lastSeq: 1 })
  }
  await repair.run()
  expect(added).toEqual([ann])
  whileRead = () => {}
  rev = 3
  await repair.run()
  expect(added).toEqual([ann, bob])
})

test('what comes into doubt again while it is looked at is looked at in the next turn', async () => {
  const repair = repairOf()
  repair.doubt(ROOM)
  whileRead = () => repair.doubt(ROOM)
  await repair.run()
  const looked: UserId[] = []
  whileRead = (userId) => looked.push(userId)
  await repair.run()
  expect(looked).toEqual([ann, bob])
  await repair.run()
  expect(looked).toHaveLength(2)
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
  repair.doubt(ROOM)
  await repair.run()
  expect(receipts).toEqual(['cat 17', 'cat 18'])

  open = []
  reads.set(ROOM, [[cat, 19]])
  repair.doubt(ROOM)
  await repair.run()
  expect(receipts).toHaveLength(2)
})
