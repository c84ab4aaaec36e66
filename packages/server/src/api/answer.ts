import type { Refusal } from '../core/ops'
import { refuse } from '../core/refusal'
import { StoreError } from '../stores/port'
import type { ApiContext, PreparedCall } from './operation'

/** No answer has a field `ok`. */
export const isRefusal = <Answer extends object>(answer: Answer | Refusal): answer is Refusal =>
  'ok' in answer

/** Never rejects. */
export async function answerOf(
  context: ApiContext,
  operationId: string,
  call: PreparedCall,
): Promise<object | Refusal> {
  const { log } = context.services
  if (context.isDraining()) return refuse('UNAVAILABLE')
  try {
    return await call.run(context)
  } catch (error) {
    if (error instanceof StoreError) {
      log.warn({ err: error, operationId }, 'the store refused')
      return refuse(error.code)
    }
    log.error({ err: error, operationId }, 'an operation of the server API failed')
    return refuse('INTERNAL')
  }
}
