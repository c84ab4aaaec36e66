import type { Refusal } from '../core/ops'
import { refuse } from '../core/refusal'
import type { Clock } from '../ports/clock'
import type { Log } from '../ports/log'
import type { Draft, Hooks } from './hooks'

/** The longest a sender waits for an app's hook. */
const HOOK_TIMEOUT_MS = 5_000

/**
 * Calls the app's hook with a draft and returns its content. A hook that fails or hangs refuses it for now: content
 * that a filter could not check does not pass, and the outbox sends it again.
 */
export async function moderate(
  { hooks, clock, log }: { hooks: Hooks; clock: Clock; log: Log },
  draft: Draft,
): Promise<{ content: string } | Refusal> {
  if (!hooks.beforeSend) return { content: draft.content }
  let cancel = (): void => {}
  const timeout = new Promise<never>((_, reject) => {
    cancel = clock.setTimer(HOOK_TIMEOUT_MS, () => reject(new Error('beforeSend took too long')))
  })
  try {
    const verdict = await Promise.race([hooks.beforeSend(draft), timeout])
    if (!verdict) return { content: draft.content }
    const isReaction = draft.kind === 'react'
    if ('refuse' in verdict || (isReaction && verdict.content !== draft.content))
      return refuse('INVALID_CONTENT', { field: isReaction ? 'emoji' : 'content' })
    return verdict
  } catch (error) {
    log.error({ err: error, roomId: draft.roomId }, 'beforeSend failed')
    return refuse('UNAVAILABLE')
  } finally {
    cancel()
  }
}
