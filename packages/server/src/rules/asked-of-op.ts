import type { MessageId, Room, UserId } from '@roomful/protocol'
import type { Action } from '../core/authorise'
import { isOwn } from '../core/on-message'
import type { Op, StoredMessage } from '../core/ops'

type Facts = {
  readonly room: Room
  /** Undefined: the op is about none, or it is missing. */
  readonly message: StoredMessage | undefined
}

/**
 * What the app is asked of an op: the permissions of the table that it needs, one of them mostly. A message in a
 * read-only room, or in slow mode, needs one more.
 */
export function actionsOf(op: Op, { room, message }: Facts): readonly Action[] {
  const own = message !== undefined && isOwn(message, op.actor)
  switch (op.kind) {
    case 'send':
      return ['send', ...privileges(room)]
    case 'edit':
      return [own ? 'edit-own' : 'edit-other', ...privileges(room)]
    case 'delete':
      return [own ? 'delete-own' : 'delete-other']
    case 'accept':
      return ['join']
    // Asked already, as `open-dm`; a new name comes with a sign-in, without an act of the user; and the app does not ask
    // itself about what its backend does.
    case 'enter-dm':
    case 'rename-member':
    case 'put-member':
    case 'system':
    case 'revise':
    case 'anonymise':
    case 'forget-member':
      return []
    // It was asked about the message when it was opened.
    case 'write-stream':
    case 'resume-stream':
    case 'interrupt-stream':
      return []
    case 'cancel-stream':
      return own || message?.stream?.for === op.actor.id ? [] : ['cancel-stream']
    case 'react':
    case 'pin':
    case 'join':
    case 'leave':
    case 'invite':
    case 'kick':
    case 'ban':
    case 'unban':
    case 'set-role':
    case 'mute':
    case 'update-room':
      return [op.kind]
  }
}

/** Whom and which message an op is about. */
export function aboutOf(op: Op): { readonly target?: UserId; readonly messageId?: MessageId } {
  switch (op.kind) {
    case 'edit':
    case 'delete':
    case 'react':
    case 'pin':
    case 'write-stream':
    case 'resume-stream':
    case 'cancel-stream':
    case 'interrupt-stream':
      return { messageId: op.messageId }
    case 'kick':
    case 'ban':
    case 'unban':
    case 'set-role':
    case 'mute':
      return { target: op.targetId }
    case 'invite':
      return { target: op.target.id }
    case 'send':
    case 'join':
    case 'leave':
    case 'accept':
    case 'enter-dm':
    case 'rename-member':
    case 'update-room':
    case 'put-member':
    case 'system':
    case 'revise':
    case 'anonymise':
    case 'forget-member':
      return {}
  }
}

function privileges({ settings }: Room): readonly Action[] {
  return [
    ...(settings.readOnly ? (['send-in-read-only'] as const) : []),
    ...((settings.slowModeSeconds ?? 0) > 0 ? (['skip-slow-mode'] as const) : []),
  ]
}
