import {
  type Change,
  type Head,
  LIMITS,
  type Member,
  type Message,
  type Pin,
  pinOf,
  pinsInOrder,
  type Room,
} from '@roomful/protocol'

/** What one room holds, as it was committed. Rows never change in place. */
export type TrueRoom = {
  readonly id: string
  readonly rows: Message[]
  readonly members: Map<string, Member>
  room: Room
  rev: number
  lastSeq: number
  /** Seq of the message that has this rev; 0: the rev was not a message's. Index: rev. */
  readonly seqAtRev: number[]
  /** `sender clientId` of every send: one is one message, for ever (I4). */
  readonly sends: Map<string, number>
  /** Seqs of pinned messages. */
  readonly pins: Set<number>
}

export type History = {
  readonly epoch: string
  readonly rooms: Map<string, TrueRoom>
  /** Rooms that an admin deleted, as they were. */
  readonly deleted: Map<string, TrueRoom>
}

/**
 * The server's truth, recorded from the commits as they happen: clients are compared with it. It checks the promises
 * about the numbers of each commit (I1, I2, I4, I12). One history per epoch: a client that does not know of a restore
 * yet is compared with the old one.
 */
export class Truth {
  readonly histories: History[] = [{ epoch: 'epoch-0', rooms: new Map(), deleted: new Map() }]

  constructor(private readonly violate: (text: string) => void) {}

  #copy: Pick<History, 'rooms' | 'deleted'> | undefined
  #backup: { readonly sizes: Map<string, number> } | undefined
  /** clientIds of sends that a restore undid. */
  readonly takenBack = new Set<string>()

  get present(): History {
    const last = this.histories.at(-1)
    if (last === undefined) throw new Error('there is no history')
    return last
  }

  of(epoch: string): History | undefined {
    return this.histories.find((history) => history.epoch === epoch)
  }

  room(epoch: string, roomId: string): TrueRoom | undefined {
    return this.of(epoch)?.rooms.get(roomId)
  }

  createRoom(epoch: string, room: Room, members: readonly Member[]): void {
    this.of(epoch)?.rooms.set(room.id, {
      id: room.id,
      room,
      rows: [],
      members: new Map(members.map((member) => [member.userId, member])),
      rev: room.rev,
      lastSeq: room.lastSeq,
      seqAtRev: new Array<number>(room.rev + 1).fill(0),
      sends: new Map(),
      pins: new Set(),
    })
  }

  commit(epoch: string, roomId: string, head: Head, changes: readonly Change[]): void {
    const room = this.room(epoch, roomId)
    if (room === undefined || changes.length === 0) return
    for (const change of changes) {
      if (change.rev !== room.rev + 1)
        this.violate(`I2: ${roomId} commits rev ${change.rev} after ${room.rev}`)
      room.rev = change.rev
      room.seqAtRev[change.rev] = change.kind === 'message' ? change.message.seq : 0
      if (change.kind === 'message') this.#takeRow(room, change.message)
      if (change.kind === 'member') this.#takeMember(room, change)
      if (change.kind === 'room') room.room = change.room
    }
    if (head.rev !== room.rev)
      this.violate(`I2: ${roomId} says rev ${head.rev}, and its changes end at ${room.rev}`)
    if (head.lastSeq !== room.lastSeq)
      this.violate(`I1: ${roomId} says seq ${head.lastSeq}, and its messages end at ${room.lastSeq}`)
  }

  /** Nothing is committed in it any more: the store would have refused. */
  deleteRoom(epoch: string, roomId: string): void {
    const history = this.of(epoch)
    const room = history?.rooms.get(roomId)
    if (history === undefined || room === undefined) return
    history.rooms.delete(roomId)
    history.deleted.set(roomId, room)
  }

  markRead(epoch: string, roomId: string, userId: string, seq: number): void {
    const room = this.room(epoch, roomId)
    const member = room?.members.get(userId)
    if (room === undefined || member === undefined) return
    if (seq < member.lastReadSeq)
      this.violate(`I6: ${userId}'s read cursor in ${roomId} went from ${member.lastReadSeq} to ${seq}`)
    if (seq > room.lastSeq) this.violate(`I6: ${userId}'s read cursor in ${roomId} is past the head`)
    room.members.set(userId, { ...member, lastReadSeq: seq })
  }

  noteBackup(): void {
    const { rooms, deleted } = this.present
    this.#copy = { rooms: copiesOf(rooms), deleted: copiesOf(deleted) }
    this.#backup = { sizes: new Map([...rooms, ...deleted].map(([id, room]) => [id, room.rows.length])) }
  }

  /** The history continues from the backup, with a new epoch. */
  restore(epoch: string): void {
    for (const [id, room] of [...this.present.rooms, ...this.present.deleted])
      for (const row of room.rows.slice(this.#backup?.sizes.get(id) ?? 0))
        if (row.clientId !== undefined) this.takenBack.add(row.clientId)
    const { rooms, deleted } = this.#copy ?? { rooms: new Map(), deleted: new Map() }
    this.histories.push({ epoch, rooms: copiesOf(rooms), deleted: copiesOf(deleted) })
  }

  #takeMember(room: TrueRoom, { rev, member, memberCount }: Extract<Change, { kind: 'member' }>): void {
    room.members.set(member.userId, member)
    const present = [...room.members.values()].filter(({ removed }) => removed === undefined).length
    if (memberCount !== present)
      this.violate(`P5: ${room.id} has ${present} members at rev ${rev}, the change says ${memberCount}`)
  }

  #takeRow(room: TrueRoom, row: Message): void {
    const { violate } = this
    const before = room.rows[row.seq - 1]
    if (before === undefined) {
      if (row.seq !== room.lastSeq + 1) violate(`I1: ${room.id} gives seq ${row.seq} after ${room.lastSeq}`)
      room.lastSeq = row.seq
      if (row.clientId !== undefined) {
        const key = `${row.senderId} ${row.clientId}`
        if (room.sends.has(key))
          violate(`I4: ${key} is in ${room.id} at ${room.sends.get(key)} and ${row.seq}`)
        room.sends.set(key, row.seq)
      }
    } else {
      if (before.id !== row.id) violate(`I1: seq ${row.seq} of ${room.id} is another message now`)
      if (before.deleted && !row.deleted) violate(`I12: seq ${row.seq} of ${room.id} has content again`)
    }
    room.rows[row.seq - 1] = row
    if (row.pinned === undefined) room.pins.delete(row.seq)
    else room.pins.add(row.seq)
    if (row.pinned && row.deleted) violate(`I12: seq ${row.seq} of ${room.id} is deleted and pinned`)
    if (room.pins.size <= LIMITS.pins) return
    if (room.room.type !== 'ephemeral') violate(`I15: ${room.id} has ${room.pins.size} pins`)
    // It keeps its newest messages: the oldest that is pinned has gone.
    room.pins.delete(Math.min(...room.pins))
  }
}

const copiesOf = (rooms: ReadonlyMap<string, TrueRoom>): Map<string, TrueRoom> =>
  new Map([...rooms].map(([id, room]) => [id, copyOf(room)]))

const copyOf = (room: TrueRoom): TrueRoom => ({
  ...room,
  rows: [...room.rows],
  members: new Map(room.members),
  seqAtRev: [...room.seqAtRev],
  sends: new Map(room.sends),
  pins: new Set(room.pins),
})

/** The pins that a reader may see from this seq on, the newest first. */
export const pinsIn = ({ rows, pins }: TrueRoom, fromSeq: number): Pin[] =>
  pinsInOrder(
    [...pins].flatMap((seq) => {
      const row = seq < fromSeq ? undefined : rows[seq - 1]
      return (row && pinOf(row)) ?? []
    }),
  )

/** Unread by its definition (I13). */
export function unreadIn(truth: TrueRoom, user: string, lastReadSeq: number, fromSeq: number): number {
  let count = 0
  for (const row of truth.rows)
    if (
      row.seq > lastReadSeq &&
      row.seq >= fromSeq &&
      row.senderId !== user &&
      !row.deleted &&
      row.type !== 'system'
    )
      count++
  return Math.min(count, LIMITS.unreadCap)
}
