/** `EX_CONFIG`: the same process would end again the same way, until a person changes something. */
const EXIT_CONFIG = 78
/** `EX_TEMPFAIL`: start it again. */
const EXIT_TEMPORARY = 75

/**
 * The exit code of a script or bot that an error ended, by its code: 78 where a restart changes nothing (the session was
 * revoked, the token is refused, the user is banned, the server does not speak the protocol), 75 for everything else.
 *
 * @example
 * import { createChat } from '@roomful/client'
 * import { exitCodeOf } from '@roomful/client/node'
 * const chat = createChat({ url, auth: token })
 * await chat.connect({ timeoutMs: 30_000 }).catch((error: unknown) => {
 *   process.exitCode = exitCodeOf(error)
 * })
 */
export function exitCodeOf(error: unknown): number {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
  switch (code) {
    case 'SESSION_REVOKED':
    case 'TOKEN_INVALID':
    case 'UNAUTHENTICATED':
    case 'USER_BANNED':
    case 'ORIGIN_DENIED':
    case 'PROTOCOL_UNSUPPORTED':
      return EXIT_CONFIG
    default:
      return EXIT_TEMPORARY
  }
}
