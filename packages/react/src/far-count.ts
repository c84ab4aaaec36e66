import type { Chat, ChatError } from '@roomful/client'

/** In a busy room the count is asked for again at most this often. */
export const COUNT_EVERY_MS = 5_000
/** Requests of one count: 20,000 messages. What lies past them counts as new. */
const MOST_STEPS = 10

type Counted = { readonly afterSeq: number; readonly lastSeq: number; readonly count: number }

/** The server's count of what is new and not loaded. */
export type FarCount = {
  /** New messages after `afterSeq`, with those that came since the count. Undefined: not known yet, or not to be had. */
  of(afterSeq: number, lastSeq: number): number | undefined
  stop(): void
}

/** Counts when it is asked for, and again once messages have come since. `changed`: there is an answer. */
export function countFar(chat: Pick<Chat, 'request'>, roomId: string, changed: () => void): FarCount {
  let counted: Counted | null = null
  /** A count is under way, or was begun a moment ago. */
  let isHeld = false
  let timer: ReturnType<typeof setTimeout> | undefined
  const abort = new AbortController()

  const count = async (afterSeq: number): Promise<Counted> => {
    let sum = 0
    for (let from = afterSeq, step = 1; ; step++) {
      const { signal } = abort
      const { count, toSeq, lastSeq } = await chat.request(
        'count-unread',
        { roomId, afterSeq: from },
        { signal },
      )
      sum += count
      if (toSeq >= lastSeq || step === MOST_STEPS) return { afterSeq, lastSeq, count: sum + lastSeq - toSeq }
      from = toSeq
    }
  }

  const ask = (afterSeq: number) => {
    isHeld = true
    const pause = (then: () => void) => {
      if (abort.signal.aborted) return
      timer = setTimeout(() => {
        isHeld = false
        then()
      }, COUNT_EVERY_MS)
    }
    const answered = (answer: Counted) => {
      counted = answer
      pause(changed)
      if (!abort.signal.aborted) changed()
    }
    // The caller has an estimate. An older server is not asked again, others when something changes.
    const refused = ({ retry }: ChatError) => retry !== 'never' && pause(() => {})
    count(afterSeq).then(answered, refused)
  }

  return {
    of: (afterSeq, lastSeq) => {
      const known = counted?.afterSeq === afterSeq ? counted : null
      if (!isHeld && (known === null || known.lastSeq < lastSeq)) ask(afterSeq)
      return known ? known.count + Math.max(0, lastSeq - known.lastSeq) : undefined
    },
    stop: () => {
      abort.abort()
      clearTimeout(timer)
    },
  }
}
