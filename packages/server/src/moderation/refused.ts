import { cleanName, LIMITS } from '@roomful/protocol'
import type { Refusal } from '../core/ops'
import { refuse } from '../core/refusal'

/**
 * The app's refusal with its reason, which a user will see: one line, bounded, without controls that could fool a
 * terminal or the text beside it.
 */
export function refused(reason: string | undefined, field?: string): Refusal {
  const text = cleanName(reason ?? '', LIMITS.reasonLength)
  return refuse('REFUSED', {
    ...(field === undefined ? {} : { field }),
    ...(text === '' ? {} : { reason: text }),
  })
}
