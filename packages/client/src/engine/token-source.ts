import { createDeadline } from '../handles/deadline'
import { ChatError } from '../model/chat-error'
import type { Auth } from '../options'
import type { Clock } from '../platform/clock'

/** An `auth()` that takes longer has failed: the fetch in it may have been under way when the machine slept. */
const AUTH_MS = 15_000

/** Where tokens come from. One call of `auth()` is waited for at a time, however many want its answer. */
export type TokenSource = {
  /** There is nothing to ask for another one. */
  readonly isFixed: boolean
  /** The last token, or a fresh one. Rejects with what went wrong, at the latest after 15 s. */
  get(fresh: boolean): Promise<string>
  /** The call under way has less time from now on. */
  hurry(ms: number): void
  /** Nothing is waited for any more. */
  end(): void
}

/** `onError` gets what `auth()` throws, also when that comes late, and why its answer is no token. */
export function createTokenSource(
  auth: Auth | undefined,
  clock: () => Clock,
  onError: (error: unknown) => void,
): TokenSource {
  let token: string | null = null
  let flight: Promise<string> | null = null
  let giveUp = (_: ChatError): void => {}
  let ended = false
  const deadline = createDeadline(clock, () =>
    giveUp(new ChatError('TIMEOUT', 'auth() did not answer in time')),
  )

  const call = (get: () => string | Promise<string>): Promise<string> => {
    const asked = new Promise<string>((resolve, reject) => {
      const fail = (error: unknown): void => {
        if (!ended) onError(error)
        reject(error)
      }
      giveUp = fail
      deadline.start(AUTH_MS)
      // After the time limit both are too late: a promise settles once.
      Promise.resolve().then(get).then(checked).then(resolve, fail)
    })
    flight = asked
      .then((got) => {
        token = got
        return got
      })
      .finally(() => {
        flight = null
        deadline.end()
      })
    return flight
  }

  return {
    isFixed: auth !== undefined && typeof auth !== 'function',
    get: async (fresh) => {
      // The browser sends the app's cookie, and none of it is to be had here.
      if (auth === undefined) return ''
      if (typeof auth !== 'function') return checked(auth)
      return token !== null && !fresh ? token : (flight ?? call(auth))
    },
    hurry: deadline.shorten,
    end: () => {
      ended = true
      deadline.end()
    },
  }
}

/** An app without types may answer anything. */
function checked(token: unknown): string {
  if (typeof token === 'string' && token !== '') return token
  throw new ChatError('UNAUTHENTICATED', 'A token is a string that is not empty')
}
