import { type Change, isGrowing } from '@roomful/protocol'
import { assertNever } from './assert-never'
import type { Happening } from './chat-event'
import type { Act, Op, Plan } from './ops'

/** What a batch did, as events, in the order of its changes. */
export function eventsOf({ acts = [], changes }: Pick<Plan, 'acts' | 'changes'>): readonly Happening[] {
  return acts.flatMap((act) =>
    changes.slice(act.from, act.to).flatMap((change): Happening[] => {
      const event = eventOf(act, change)
      if (!event) return []
      const { claims } = act.op.actor
      return [claims === undefined ? event : { ...event, claims }]
    }),
  )
}

function eventOf(act: Act, change: Change): Happening | undefined {
  const { op } = act
  switch (change.kind) {
    case 'message':
      return eventOfMessage(op, change.message)
    case 'room':
      return { type: 'room.changed', at: op.at, data: { room: change.room, by: op.actor.id } }
    case 'member':
      return eventOfMember(act, change.member)
    case 'skip':
      // Only in answers to members who may not see a change.
      return undefined
    default:
      return assertNever(change, 'change')
  }
}

type MessageChange = Extract<Change, { kind: 'message' }>
type MemberChange = Extract<Change, { kind: 'member' }>

function eventOfMessage(op: Op, message: MessageChange['message']): Happening | undefined {
  const { at } = op
  const by = op.actor.id
  switch (op.kind) {
    case 'edit':
    case 'revise':
      return { type: 'message.edited', at, data: { message, by } }
    case 'anonymise':
      return { type: message.deleted ? 'message.deleted' : 'message.edited', at, data: { message, by } }
    case 'write-stream':
    case 'resume-stream':
    case 'cancel-stream':
    case 'interrupt-stream':
      // Once, when it has ended: the text in between is nobody's last word.
      return isGrowing(message) ? undefined : { type: 'message.edited', at, data: { message, by } }
    case 'delete':
      return { type: 'message.deleted', at, data: { message, by } }
    case 'react':
      return { type: 'message.reacted', at, data: { message, by, emoji: op.emoji, op: op.op } }
    case 'pin':
      return { type: 'message.pinned', at, data: { message, by, op: op.op } }
    case 'send':
    case 'join':
    case 'accept':
    case 'invite':
    case 'enter-dm':
    case 'leave':
    case 'kick':
    case 'ban':
    case 'unban':
    case 'set-role':
    case 'mute':
    case 'rename-member':
    case 'update-room':
    case 'forget-member':
    case 'put-member':
    case 'system':
      // Also the system message about it.
      return { type: 'message.sent', at, data: { message } }
    default:
      return assertNever(op, 'op')
  }
}

/** Undefined: the row changed in something that is no event, such as its name. */
function eventOfMember({ op, isArrival }: Act, member: MemberChange['member']): Happening | undefined {
  const { at } = op
  const by = op.actor.id
  switch (op.kind) {
    case 'join':
    case 'accept':
    case 'invite':
    case 'enter-dm':
      // A member who confirms that they are here has been here before.
      return isArrival ? { type: 'member.joined', at, data: { member, by } } : undefined
    case 'leave':
      return { type: 'member.left', at, data: { member } }
    case 'forget-member':
      // One who was removed before left no more than their name.
      return member.removed === 'left' ? { type: 'member.left', at, data: { member } } : undefined
    case 'kick':
    case 'ban': {
      const reason = op.reason === undefined ? {} : { reason: op.reason }
      return { type: 'member.kicked', at, data: { member, by, ...reason } }
    }
    case 'put-member':
      return { type: isArrival ? 'member.joined' : 'member.role', at, data: { member, by } }
    case 'set-role':
      return { type: 'member.role', at, data: { member, by } }
    case 'send':
    case 'edit':
    case 'write-stream':
    case 'resume-stream':
    case 'cancel-stream':
    case 'interrupt-stream':
    case 'delete':
    case 'react':
    case 'pin':
    case 'unban':
    case 'mute':
    case 'rename-member':
    case 'update-room':
    case 'system':
    case 'revise':
    case 'anonymise':
      return undefined
    default:
      return assertNever(op, 'op')
  }
}
