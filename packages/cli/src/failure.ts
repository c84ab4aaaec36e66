import { ChatError } from '@roomful/client'
import type { Io } from './io'
import { visibleJson, visibleLine } from './visible'

/** Exit codes: 0 success, 1 something failed or was refused, 2 a usage error; see also `interruptCode`. */
export const EXIT = { ok: 0, failed: 1, usage: 2, interrupted: 130 } as const

/** A failure as the user sees it: what happened, and what to do about it. */
export class CliError extends Error {
  override readonly name = 'CliError'
  constructor(
    readonly code: string,
    message: string,
    readonly advice?: string,
    readonly exitCode: number = EXIT.failed,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}

const SIGN_IN = 'give a fresh token with --token or ROOMFUL_TOKEN; `roomful token` makes one'
const LATER = 'try again in a moment'

/** What to do about a refusal of the server, in terms of this command line. */
const ADVICE: Readonly<Record<string, string>> = {
  ROOM_NOT_FOUND:
    '`roomful rooms` lists yours, `roomful rooms --public` those that anyone may join with --join',
  TOKEN_INVALID: SIGN_IN,
  TOKEN_EXPIRED: SIGN_IN,
  UNAUTHENTICATED: SIGN_IN,
  SESSION_REVOKED: SIGN_IN,
  OFFLINE: 'is the server up? `roomful serve` starts one, --url names another',
  RATE_LIMITED: LATER,
  OVERLOADED: LATER,
  UNAVAILABLE: LATER,
  FORBIDDEN: 'sign in as one who may: a moderator of the room, or `roomful token --user … --admin`',
  INVALID_CONTENT: 'a message needs visible text, without NUL characters',
  CONTENT_TOO_LONG: 'a message has at most 8,000 characters',
  PAYLOAD_TOO_LARGE: 'a message has at most 8,000 characters',
}

export function adviceFor(code: string): string | undefined {
  return ADVICE[code]
}

export function toCliError(error: unknown): CliError {
  if (error instanceof CliError) return error
  if (error instanceof ChatError) {
    return new CliError(error.code, error.message, adviceFor(error.code), EXIT.failed, { cause: error })
  }
  const message = error instanceof Error ? error.message : String(error)
  return new CliError('INTERNAL', message, undefined, EXIT.failed, { cause: error })
}

/** One line, on standard error: `roomful: CODE: what happened (what to do)`; an object with `--json`. */
export function report(io: Io, error: CliError, json: boolean): void {
  const { code, message, advice } = error
  const line = json
    ? visibleJson({ error: { code, message, ...(advice === undefined ? {} : { advice }) } })
    : `roomful: ${oneLine(`${code}: ${message}`)}${advice === undefined ? '' : ` (${advice})`}`
  io.stderr.write(`${line}\n`)
}

/** It may be the server's text, or contain what another user wrote. */
const oneLine = (text: string): string => visibleLine(text.replace(/\s*\n\s*/g, ' ').trim())
