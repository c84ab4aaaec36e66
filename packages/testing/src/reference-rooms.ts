import { randomUUID } from 'node:crypto'

export type ReferenceUser = { readonly id: string; readonly name: string }

/** A message with the reference's field names: no `rev`, no reactions. */
export type ReferenceMessage = {
  id: string
  roomId: string
  senderId: string
  senderName: string
  seq: number
  content: string
  type: string
  replyTo: string | null
  createdAt: string
  editedAt: string | null
  deleted: boolean
  clientId?: string
}

type ReferenceRoom = {
  readonly members: Map<string, { lastReadSeq: number }>
  readonly messages: ReferenceMessage[]
}

const PAGE_DEFAULT = 50
const PAGE_MOST = 100

/** What the reference keeps in its three tables, in memory. It outlives the server that uses it. */
export class ReferenceRooms {
  readonly #rooms = new Map<string, ReferenceRoom>()

  constructor(rooms: Readonly<Record<string, readonly string[]>>) {
    for (const [roomId, members] of Object.entries(rooms)) {
      this.#rooms.set(roomId, {
        members: new Map(members.map((userId) => [userId, { lastReadSeq: 0 }])),
        messages: [],
      })
    }
  }

  of(userId: string): string[] {
    return [...this.#rooms].filter(([, room]) => room.members.has(userId)).map(([roomId]) => roomId)
  }

  hasMember(roomId: string, userId: string): boolean {
    return this.#rooms.get(roomId)?.members.has(userId) ?? false
  }

  /** All rows of a room, the deleted ones too: tests compare with them. */
  rows(roomId: string): readonly ReferenceMessage[] {
    return this.#rooms.get(roomId)?.messages ?? []
  }

  append(roomId: string, sender: ReferenceUser, draft: Partial<ReferenceMessage>): ReferenceMessage {
    const { messages } = this.#room(roomId)
    const message: ReferenceMessage = {
      id: randomUUID(),
      roomId,
      senderId: sender.id,
      senderName: sender.name,
      seq: messages.length + 1,
      content: String(draft.content),
      type: draft.type ?? 'text',
      replyTo: draft.replyTo ?? null,
      createdAt: new Date().toISOString(),
      editedAt: null,
      deleted: false,
      ...(draft.clientId === undefined ? {} : { clientId: draft.clientId }),
    }
    messages.push(message)
    return message
  }

  /** The newest `limit` before a place, oldest first, without the deleted. */
  page(roomId: string, beforeSeq?: number, limit?: number): ReferenceMessage[] {
    return this.rows(roomId)
      .filter((row) => row.seq < (beforeSeq || Number.MAX_SAFE_INTEGER) && !row.deleted)
      .slice(-Math.min(limit || PAGE_DEFAULT, PAGE_MOST))
  }

  markRead(roomId: string, userId: string, seq: number): void {
    const member = this.#room(roomId).members.get(userId)
    if (member) member.lastReadSeq = Math.max(member.lastReadSeq, seq)
  }

  lastReadSeq(roomId: string, userId: string): number {
    return this.#room(roomId).members.get(userId)?.lastReadSeq ?? 0
  }

  /** By subtraction, as the reference does it: this differs from protocol 2's definition. */
  unread(userId: string): Record<string, number> {
    return Object.fromEntries(
      this.of(userId).map((roomId) => {
        const newest = this.rows(roomId).findLast((row) => !row.deleted)?.seq ?? 0
        return [roomId, Math.max(0, newest - this.lastReadSeq(roomId, userId))]
      }),
    )
  }

  edit(messageId: string, userId: string, content: string): ReferenceMessage | undefined {
    const message = this.#own(messageId, userId)
    if (message === undefined || message.deleted) return undefined
    message.content = content
    message.editedAt = new Date().toISOString()
    return message
  }

  remove(messageId: string, userId: string): ReferenceMessage | undefined {
    const message = this.#own(messageId, userId)
    if (message) message.deleted = true
    return message
  }

  #own(messageId: string, userId: string): ReferenceMessage | undefined {
    for (const { messages } of this.#rooms.values()) {
      const found = messages.find((row) => row.id === messageId && row.senderId === userId)
      if (found) return found
    }
    return undefined
  }

  #room(roomId: string): ReferenceRoom {
    const room = this.#rooms.get(roomId)
    if (room === undefined) throw new Error(`There is no room ${roomId}`)
    return room
  }
}
