import type { ShownMessage } from '@roomful/client'
import { codeOf } from './bot-error'
import type { BotRecord, BotStore, BotWrite } from './store/port'

/** What could not be handled: where it is, and why. Never the text of a message. */
export type DeadLetter = {
  readonly id: string
  readonly error: { readonly code?: string; readonly text: string }
  readonly attempts: number
  /** ISO time. */
  readonly at: string
} & (
  | { readonly kind: 'message'; readonly roomId: string; readonly messageId: string; readonly seq: number }
  | { readonly kind: 'job'; readonly job: string; readonly dueAt: string; readonly data: unknown }
)

/** The bot's dead letters, at most the last 1,000. */
export interface DeadLetters {
  /** By id, after this one. Default limit 100. */
  list(options?: { after?: string; limit?: number }): Promise<readonly DeadLetter[]>
  /**
   * Handles it again, now, and takes it off the list if that succeeds: true. False if it failed again, if it is not there
   * any more, or if a job of its key waits. Only while this process runs the bot.
   */
  replay(id: string): Promise<boolean>
  /** Takes it off the list. */
  discard(id: string): Promise<void>
}

export const DEAD_LETTERS_KEPT = 1_000
const LIST_LIMIT = 100

const failureOf = (error: unknown, attempts: number, at: number) => {
  const code = codeOf(error)
  return {
    error: {
      ...(code === undefined ? {} : { code }),
      text: error instanceof Error ? error.message : String(error),
    },
    attempts,
    at: new Date(at).toISOString(),
  }
}

export function deadMessage(
  { id, roomId, seq }: Pick<ShownMessage, 'id' | 'roomId' | 'seq'>,
  error: unknown,
  attempts: number,
  now: number,
): DeadLetter {
  return {
    kind: 'message',
    id: `message ${id}`,
    roomId,
    messageId: id,
    seq,
    ...failureOf(error, attempts, now),
  }
}

export function deadJob(
  job: { readonly id: string; readonly name: string; readonly at: number; readonly data: unknown },
  error: unknown,
  attempts: number,
  now: number,
): DeadLetter {
  const dueAt = new Date(job.at).toISOString()
  const { name, data } = job
  return { kind: 'job', id: `job ${job.id}`, job: name, dueAt, data, ...failureOf(error, attempts, now) }
}

export const deadLetterWrite = (letter: DeadLetter): BotWrite => ({
  table: 'dead-letters',
  key: letter.id,
  value: letter,
})

/** As this module wrote it. */
const letterOf = ({ value }: BotRecord): DeadLetter => value as DeadLetter

/** `current`: what handles a letter again, and the lease, while this process runs the bot. */
export function createDeadLetters(
  store: BotStore,
  current: () => { readonly lease: number; handle(letter: DeadLetter): Promise<boolean> },
): DeadLetters {
  const discard: DeadLetters['discard'] = (id) =>
    store.write([{ table: 'dead-letters', key: id, value: undefined }], current().lease)
  return {
    async list({ after = '', limit = LIST_LIMIT } = {}) {
      return (await store.list('dead-letters', { after, limit })).map(letterOf)
    },
    async replay(id) {
      const { handle } = current()
      const value = await store.get('dead-letters', id)
      if (value === undefined || !(await handle(letterOf({ key: id, value })))) return false
      await discard(id)
      return true
    },
    discard,
  }
}
