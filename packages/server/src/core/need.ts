import type { MessageId, UserId } from '@roomful/protocol'
import { assertNever } from './assert-never'
import type { Need, Op } from './ops'
import { pairKey } from './ops'

type Wanted = {
  userIds: Set<UserId>
  messageIds: Set<MessageId>
  clientIds: Map<string, Need['clientIds'][number]>
  opIds: Map<string, Need['opIds'][number]>
  owners: boolean
  pins: boolean
  lastSendOf: Set<UserId>
}

/** What must be read after the lock to decide these ops: no more, and each thing once. */
export function needOf(ops: readonly Op[]): Need {
  const wanted: Wanted = {
    userIds: new Set(),
    messageIds: new Set(),
    clientIds: new Map(),
    opIds: new Map(),
    owners: false,
    pins: false,
    lastSendOf: new Set(),
  }
  for (const op of ops) want(wanted, op)
  return {
    userIds: [...wanted.userIds],
    messageIds: [...wanted.messageIds],
    clientIds: [...wanted.clientIds.values()],
    opIds: [...wanted.opIds.values()],
    owners: wanted.owners,
    pins: wanted.pins,
    lastSendOf: [...wanted.lastSendOf],
  }
}

function want(wanted: Wanted, op: Op): void {
  const userId = op.actor.id
  wanted.userIds.add(userId)
  switch (op.kind) {
    case 'send':
      wanted.lastSendOf.add(userId)
      if (op.clientId !== undefined) {
        wanted.clientIds.set(pairKey(userId, op.clientId), { userId, clientId: op.clientId })
      }
      if (op.replyTo !== null) wanted.messageIds.add(op.replyTo)
      return
    case 'system':
      if (op.clientId !== undefined)
        wanted.clientIds.set(pairKey(userId, op.clientId), { userId, clientId: op.clientId })
      return
    case 'forget-member':
      wanted.owners = true
      wanted.userIds.add(op.userId)
      return
    case 'anonymise':
    case 'revise':
      wanted.messageIds.add(op.messageId)
      return
    case 'put-member':
      wanted.owners = true
      wanted.userIds.add(op.target.id)
      return
    case 'edit':
      wanted.lastSendOf.add(userId)
      onMessage(wanted, op)
      return
    case 'write-stream':
    case 'resume-stream':
    case 'cancel-stream':
    case 'interrupt-stream':
      wanted.messageIds.add(op.messageId)
      return
    case 'delete':
    case 'react':
      onMessage(wanted, op)
      return
    case 'pin':
      wanted.pins = true
      onMessage(wanted, op)
      return
    case 'leave':
      wanted.owners = true
      return
    case 'kick':
    case 'ban':
    case 'set-role':
      wanted.owners = true
      wanted.userIds.add(op.targetId)
      return
    case 'unban':
    case 'mute':
      wanted.userIds.add(op.targetId)
      return
    case 'invite':
    case 'enter-dm':
      wanted.userIds.add(op.target.id)
      return
    case 'accept':
      wanted.userIds.add(op.inviterId)
      return
    case 'rename-member':
      for (const other of op.others) wanted.userIds.add(other)
      return
    case 'join':
    case 'update-room':
      return
    default:
      assertNever(op, 'op')
  }
}

function onMessage(wanted: Wanted, op: Extract<Op, { kind: 'edit' | 'delete' | 'react' | 'pin' }>): void {
  const userId = op.actor.id
  wanted.messageIds.add(op.messageId)
  if (op.opId !== undefined) wanted.opIds.set(pairKey(userId, op.opId), { userId, opId: op.opId })
}
