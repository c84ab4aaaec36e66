import type { Clock } from '../ports/clock'
import type { Log } from '../ports/log'
import type { Credentials } from './credentials'
import { AuthError, type Authenticate } from './identity'

/** A refused client retries: each reason is logged as a warning once in this time, up to this many reasons. */
const EVERY_MS = 60_000
const REASONS = 100
const REASON_LENGTH = 200
/** No session is named by less; a shorter cookie is a setting such as a language. */
const SECRET_LENGTH = 8

/** Logs why tokens are refused: once a minute for each reason, so that no sender of tokens fills the disk. */
export function withRefusalLog(authenticate: Authenticate, clock: Clock, log: Log): Authenticate {
  const loggedAt = new Map<string, number>()

  const isDue = (reason: string): boolean => {
    const now = clock.now()
    for (const [known, at] of loggedAt) if (now < at || now - at >= EVERY_MS) loggedAt.delete(known)
    if (loggedAt.has(reason) || loggedAt.size >= REASONS) return false
    loggedAt.set(reason, now)
    return true
  }

  return async (credentials) => {
    try {
      return await authenticate(credentials)
    } catch (error) {
      if (error instanceof AuthError) {
        const { code } = error
        const reason = reasonOf(error, credentials)
        log[isUnexpected(error) && isDue(`${code} ${reason}`) ? 'warn' : 'debug'](
          { code, reason },
          'a token was refused',
        )
      }
      throw error
    }
  }
}

/** An expired token, an ended session or a banned user is normal; anything else may be a wrong setting. */
const isUnexpected = ({ code }: AuthError): boolean => code === 'TOKEN_INVALID' || code === 'UNAVAILABLE'

/**
 * The message only: the cause may hold the token's claims, and an app's own check may put the token or a cookie into its
 * message.
 */
function reasonOf({ cause }: AuthError, { token, cookies }: Credentials): string | undefined {
  if (!(cause instanceof Error)) return undefined
  const cookie = Object.values(cookies).filter((value) => value.length >= SECRET_LENGTH)
  const secrets = token === '' ? cookie : [token, ...cookie]
  return secrets
    .reduce((text, secret) => text.replaceAll(secret, '[token]'), cause.message)
    .slice(0, REASON_LENGTH)
}
