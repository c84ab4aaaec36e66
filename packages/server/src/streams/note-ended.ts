import { isGrowing } from '@roomful/protocol'
import type { Outcome } from '../core/ops'
import { callHook } from '../handlers/send-message'
import type { Hooks } from '../moderation/hooks'
import type { Log } from '../ports/log'

/** The app's `afterEdit` for a growing message, once it has ended, as the event is. A duplicate does not count. */
export function noteEnded(
  { hooks, log }: { readonly hooks: Hooks; readonly log: Log },
  outcome: Outcome,
): void {
  if (!outcome.ok || outcome.kind !== 'message' || outcome.duplicate || isGrowing(outcome.message)) return
  callHook({ hooks, log }, 'afterEdit', outcome.message)
}
