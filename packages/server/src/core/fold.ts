import type { AuditEntry, Change, ClientId, Member, MessageId, Room, UserId } from '@roomful/protocol'
import { isoTime } from './iso-time'
import { type Actor, type Facts, type Outcome, type Plan, pairKey, type StoredMessage } from './ops'
import { isPresent } from './present'
import { NO_KINDS, type RoomKinds } from './room-kinds'
import { toWire } from './stored-message'

type NewMessage = Omit<StoredMessage, 'roomId' | 'seq' | 'rev'>

/**
 * The facts while a batch is decided: a later op sees the effects of earlier ones, so that a batch ends as the same ops
 * would one by one. Only `add…` and `put…` take numbers, one rev a row (I1, I2).
 */
export class Fold {
  private rev: number
  private lastSeq: number
  private roomRow: Room | undefined
  private roomChanged = false
  private owners: number
  private pins: number
  private memberCount: number
  private readonly members: Map<UserId, Member>
  private readonly messages: Map<MessageId, StoredMessage>
  private readonly byClientId: Map<string, MessageId>
  private readonly doneOps: Map<string, MessageId>
  private readonly lastSends: Map<UserId, number>
  private readonly changedMessages = new Set<MessageId>()
  private readonly changedMembers = new Set<UserId>()
  private readonly newOpIds: Plan['opIds'][number][] = []
  private readonly audit: AuditEntry[] = []
  private readonly changes: Change[] = []

  constructor(
    facts: Facts,
    readonly kinds: RoomKinds,
  ) {
    this.roomRow = facts.room
    this.rev = facts.room?.rev ?? 0
    this.lastSeq = facts.room?.lastSeq ?? 0
    this.owners = facts.owners
    this.pins = facts.pins
    this.memberCount = facts.room?.memberCount ?? 0
    this.members = new Map(facts.members)
    this.messages = new Map(facts.messages)
    this.byClientId = new Map()
    for (const [key, message] of facts.byClientId) {
      this.byClientId.set(key, message.id)
      this.messages.set(message.id, message)
    }
    this.doneOps = new Map(facts.opIds)
    this.lastSends = new Map(facts.lastSendAt)
  }

  /** The rules of kinds that bind this actor. */
  kindsFor({ byApi }: Actor): RoomKinds {
    return byApi ? NO_KINDS : this.kinds
  }

  /** The room with its present head. */
  get room(): Room | undefined {
    const { rev, lastSeq, memberCount } = this
    return this.roomRow && { ...this.roomRow, rev, lastSeq, memberCount }
  }

  get ownerCount(): number {
    return this.owners
  }

  /** Present members. */
  get presentCount(): number {
    return this.memberCount
  }

  /** How many changes were made until now. */
  get changeCount(): number {
    return this.changes.length
  }

  /** Where the batch asked for it. */
  get pinCount(): number {
    return this.pins
  }

  /** The user's row, also after the membership has ended. */
  member(userId: UserId): Member | undefined {
    return this.members.get(userId)
  }

  message(messageId: MessageId): StoredMessage | undefined {
    return this.messages.get(messageId)
  }

  sentAs(userId: UserId, clientId: ClientId): StoredMessage | undefined {
    const messageId = this.byClientId.get(pairKey(userId, clientId))
    return messageId && this.messages.get(messageId)
  }

  doneOp(userId: UserId, opId: string): MessageId | undefined {
    return this.doneOps.get(pairKey(userId, opId))
  }

  /** When the user last sent or edited. */
  lastSendAt(userId: UserId): number | undefined {
    return this.lastSends.get(userId)
  }

  addMessage(fresh: NewMessage, roomId: Room['id'], at: number): StoredMessage {
    const message = { ...fresh, roomId, seq: ++this.lastSeq, rev: ++this.rev }
    this.recordMessage(message, message.senderId)
    if (message.clientId !== undefined) {
      this.byClientId.set(pairKey(message.senderId, message.clientId), message.id)
    }
    if (message.type !== 'system') this.lastSends.set(message.senderId, at)
    return message
  }

  changeMessage(message: StoredMessage, actor: Actor): StoredMessage {
    const changed = { ...message, rev: ++this.rev }
    this.recordMessage(changed, actor.id)
    return changed
  }

  /** Edits as the sender; the edit counts as a send. */
  editMessage(message: StoredMessage, actor: Actor, at: number): StoredMessage {
    this.lastSends.set(actor.id, at)
    return this.changeMessage(message, actor)
  }

  putMember(row: Omit<Member, 'rev'>): Member {
    const before = this.members.get(row.userId)
    const member: Member = { ...row, rev: ++this.rev }
    this.owners += Number(isPresentOwner(member)) - Number(isPresentOwner(before))
    this.memberCount += Number(isPresent(member)) - Number(isPresent(before))
    this.members.set(member.userId, member)
    this.changedMembers.add(member.userId)
    this.changes.push({ rev: this.rev, kind: 'member', member, memberCount: this.memberCount })
    return member
  }

  putRoom(room: Room): Room {
    this.rev++
    this.roomRow = { ...room, rev: this.rev, lastSeq: this.lastSeq, memberCount: this.memberCount }
    this.roomChanged = true
    this.changes.push({ rev: this.rev, kind: 'room', room: this.roomRow })
    return this.roomRow
  }

  /** Remembers an accepted op, whether it changed anything or not: its retry is answered, and not repeated. */
  rememberOp(actor: Actor, opId: string | undefined, messageId: MessageId): void {
    if (opId === undefined) return
    this.doneOps.set(pairKey(actor.id, opId), messageId)
    this.newOpIds.push({ userId: actor.id, opId, messageId })
  }

  /** The facts as they are after the ops so far. */
  facts(): Facts {
    const sent = [...this.byClientId].flatMap(([key, id]) => {
      const message = this.messages.get(id)
      return message ? [[key, message] as const] : []
    })
    return {
      room: this.room,
      members: this.members,
      messages: this.messages,
      byClientId: new Map(sent),
      opIds: this.doneOps,
      owners: this.owners,
      pins: this.pins,
      lastSendAt: this.lastSends,
    }
  }

  /** Called right after the act is written: its rev makes an id that sorts and is the same at every retry. */
  addAudit(
    actor: Actor,
    at: number,
    action: string,
    targetId: string | null,
    reason: string | null = null,
  ): void {
    if (!this.roomRow) return
    this.audit.push({
      id: String(this.rev).padStart(16, '0'),
      roomId: this.roomRow.id,
      actorId: actor.id,
      action,
      targetId,
      reason,
      createdAt: isoTime(at),
    })
  }

  plan(outcomes: readonly Outcome[]): Plan {
    const present = <K, V>(keys: Iterable<K>, rows: ReadonlyMap<K, V>): V[] =>
      [...keys].flatMap((key) => rows.get(key) ?? [])
    return {
      outcomes,
      head: { rev: this.rev, lastSeq: this.lastSeq },
      messages: present(this.changedMessages, this.messages),
      members: present(this.changedMembers, this.members),
      room: this.roomChanged ? this.room : undefined,
      opIds: this.newOpIds,
      audit: this.audit,
      changes: this.changes,
    }
  }

  private recordMessage(message: StoredMessage, actorId: UserId): void {
    this.pins += Number(isPinned(message)) - Number(isPinned(this.messages.get(message.id)))
    this.messages.set(message.id, message)
    this.changedMessages.add(message.id)
    const actor = actorId === message.senderId ? {} : { actor: actorId }
    this.changes.push({ rev: message.rev, kind: 'message', message: toWire(message), ...actor })
  }
}

const isPinned = (message: StoredMessage | undefined): boolean => message?.pinned !== undefined
const isPresentOwner = (member: Member | undefined): boolean => isPresent(member) && member.role === 'owner'
