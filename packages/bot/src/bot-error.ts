import type { ErrorCode } from '@roomful/client'

/**
 * Where an error comes from, and what the bot does about it.
 *
 * `handler`: a message, an event or a job whose handler threw or took too long; `isLast`: it is not tried again, and a
 * message or a job is a dead letter now. `store`: the store failed; it is tried again, and until then that room, or
 * that job, waits. `room`: the bot cannot listen there; it tries again. `history`: the server was restored from a backup, so
 * that the cursor of that room means other messages now; the bot continues with what was sent since. `lease`: this process
 * does not run the bot any more, or cannot say so; it takes part again as soon as it may. `invitation`: it could not be
 * accepted; it is tried again. `job`: some that are stored have no handler; they wait. `connection`: the end; `bot.done` rejects with the same error.
 */
export type BotErrorContext =
  | {
      readonly source: 'handler'
      readonly event: string
      readonly roomId?: string
      readonly messageId?: string
      readonly attempt: number
      readonly isLast: boolean
    }
  | { readonly source: 'store' | 'lease' | 'connection' }
  | { readonly source: 'room' | 'history' | 'invitation'; readonly roomId: string }
  | { readonly source: 'job'; readonly job: string }

export type OnBotError = (error: unknown, context: BotErrorContext) => void

/** The place of a message, never its text: people outside the room read logs. */
export function printError(error: unknown, context: BotErrorContext): void {
  const where = Object.entries(context).map(([name, value]) => `${name}=${value}`)
  console.error(`bot: ${where.join(' ')}:`, error)
}

/** What `onError` throws itself must not end the loop that reports. */
export function safeReport(onError: OnBotError): OnBotError {
  return (error, context) => {
    try {
      onError(error, context)
    } catch (thrown) {
      printError(thrown, context)
    }
  }
}

export const codeOf = (error: unknown): ErrorCode | string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
