import { useConnection } from '@roomful/react'
import { useEffect } from 'react'

/** Ends a login session for good: only a new sign-in helps. */
const ENDINGS: Readonly<Record<string, string>> = {
  TOKEN_INVALID: 'Your session is not valid any more. Join again.',
  TOKEN_EXPIRED: 'Your session has run out. Join again.',
  UNAUTHENTICATED: 'Your session is not valid any more. Join again.',
  SESSION_REVOKED: 'Your session was ended. Join again.',
  USER_BANNED: 'You are banned from this server.',
}

export function useEnded(onEnd: (why: string) => void): void {
  const connection = useConnection()
  const why = connection.status === 'stopped' && connection.error ? ENDINGS[connection.error.code] : undefined
  useEffect(() => {
    if (why !== undefined) onEnd(why)
  }, [why, onEnd])
}
