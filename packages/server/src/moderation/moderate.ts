import type { Refusal } from '../core/ops'
import { refuse } from '../core/refusal'
import type { Clock } from '../ports/clock'
import type { Log } from '../ports/log'
import type { Draft, Hooks } from './hooks'
import { refused } from './refused'
import { withinTime } from './within-time'

export type ModerateDeps = { readonly hooks: Hooks; readonly clock: Clock; readonly log: Log }

/** What a refusal names as the field at fault. */
const FIELD = {
  send: 'content',
  edit: 'content',
  react: 'emoji',
  'room-name': 'name',
  'user-name': 'name',
} as const satisfies Record<Draft['kind'], string>

/**
 * Calls the app's hook with a draft and returns its content. A hook that fails or hangs refuses it for now: content
 * that a filter could not check does not pass, and the outbox sends it again.
 */
export async function moderate(
  { hooks, clock, log }: ModerateDeps,
  draft: Draft,
): Promise<{ content: string } | Refusal> {
  if (!hooks.beforeSend) return { content: draft.content }
  const field = FIELD[draft.kind]
  try {
    const verdict = await withinTime(clock, 'beforeSend', () => hooks.beforeSend?.(draft))
    if (!verdict) return { content: draft.content }
    if ('refuse' in verdict) return refused(verdict.refuse, field)
    if (draft.kind === 'react' && verdict.content !== draft.content) return refused(undefined, field)
    return verdict
  } catch (error) {
    log.error({ err: error, roomId: draft.roomId }, 'beforeSend failed')
    return refuse('UNAVAILABLE')
  }
}
