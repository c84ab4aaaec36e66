import { assertNever } from './assert-never'
import { decideAccept, decideEnterDm } from './decide-entry'
import { decideAnonymise, decideForgetMember } from './decide-forget'
import { decideInvite, decideJoin, decideLeave } from './decide-member'
import { decideDelete, decideEdit, decideReact } from './decide-message'
import { decideKick, decideMute, decideSetRole, decideUnban } from './decide-moderation'
import { decidePin } from './decide-pin'
import { decideRename } from './decide-rename'
import { decideUpdateRoom } from './decide-room'
import { decideSend } from './decide-send'
import { decidePutMember, decideRevise, decideSystem } from './decide-server'
import {
  decideCancelStream,
  decideInterruptStream,
  decideResumeStream,
  decideWriteStream,
} from './decide-stream'
import { Fold } from './fold'
import type { Act, Facts, Op, Outcome, Plan, Refusal } from './ops'
import { NO_KINDS, type RoomKinds } from './room-kinds'

/**
 * Decides a batch. Pure: the same facts and ops give the same plan, so a store may call it again when its database
 * wants the transaction retried. However the ops are split into batches, rows and outcomes are the same.
 */
export function decide(facts: Facts, ops: readonly Op[], kinds: RoomKinds = NO_KINDS): Plan {
  const fold = new Fold(facts, kinds)
  const acts: Act[] = []
  const outcomes = ops.map((op) => {
    const [from, before] = [fold.changeCount, fold.presentCount]
    const outcome = op.refused ? decideRefused(fold, op, op.refused) : decideOne(fold, op)
    const to = fold.changeCount
    if (to > from) acts.push({ op, from, to, isArrival: fold.presentCount > before })
    return outcome
  })
  return { ...fold.plan(outcomes), acts }
}

/**
 * What the app refuses is tried on a copy: the table's own refusal comes first, and an op that changes nothing, as a
 * retry of one that was done before the app changed its mind, is answered as ever.
 */
function decideRefused(fold: Fold, op: Op, refused: Refusal): Outcome {
  const trial = new Fold(fold.facts(), fold.kinds)
  const outcome = decideOne(trial, op)
  return outcome.ok && trial.changeCount > 0 ? refused : outcome
}

function decideOne(fold: Fold, op: Op): Outcome {
  switch (op.kind) {
    case 'send':
      return decideSend(fold, op)
    case 'edit':
      return decideEdit(fold, op)
    case 'delete':
      return decideDelete(fold, op)
    case 'react':
      return decideReact(fold, op)
    case 'pin':
      return decidePin(fold, op)
    case 'write-stream':
      return decideWriteStream(fold, op)
    case 'resume-stream':
      return decideResumeStream(fold, op)
    case 'cancel-stream':
      return decideCancelStream(fold, op)
    case 'interrupt-stream':
      return decideInterruptStream(fold, op)
    case 'join':
      return decideJoin(fold, op)
    case 'leave':
      return decideLeave(fold, op)
    case 'invite':
      return decideInvite(fold, op)
    case 'accept':
      return decideAccept(fold, op)
    case 'enter-dm':
      return decideEnterDm(fold, op)
    case 'kick':
    case 'ban':
      return decideKick(fold, op)
    case 'unban':
      return decideUnban(fold, op)
    case 'set-role':
      return decideSetRole(fold, op)
    case 'mute':
      return decideMute(fold, op)
    case 'rename-member':
      return decideRename(fold, op)
    case 'update-room':
      return decideUpdateRoom(fold, op)
    case 'put-member':
      return decidePutMember(fold, op)
    case 'system':
      return decideSystem(fold, op)
    case 'revise':
      return decideRevise(fold, op)
    case 'anonymise':
      return decideAnonymise(fold, op)
    case 'forget-member':
      return decideForgetMember(fold, op)
    default:
      return assertNever(op, 'op')
  }
}
