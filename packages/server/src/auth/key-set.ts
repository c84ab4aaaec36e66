import {
  createRemoteJWKSet,
  decodeProtectedHeader,
  errors,
  type JWTPayload,
  type JWTVerifyOptions,
  jwtVerify,
} from 'jose'
import type { Clock } from '../ports/clock'
import type { Log } from '../ports/log'
import { AuthError } from './identity'

/**
 * The provider is asked for its keys at most this often, whatever tokens arrive and whether it answers: each unknown key
 * would be a reason to ask.
 */
const COOL_DOWN_MS = 10_000
/** Until they are read for the first time: no user can sign in, and a provider that starts with this server is soon up. */
const FIRST_COOL_DOWN_MS = 1_000
/** A key that the provider has withdrawn is accepted for this long. */
const MAX_AGE_MS = 600_000
/** Unknown keys that are remembered; a sender of nonsense must not fill the memory. */
const UNKNOWN_KEYS = 1_000
const KEY_NAME_LENGTH = 200

type Verified = { readonly payload: JWTPayload }

/**
 * The keys of an identity provider, by its JWKS address. A token with an unknown key is refused only if the keys were
 * read after it was first presented: the provider may have just changed its keys.
 *
 *   key known ─────────────────────────────────────────────▶ verified, or TOKEN_INVALID
 *   unknown, and the keys may be read ── read ── known ────▶ verified
 *                                          └─── unknown ───▶ TOKEN_INVALID
 *   unknown, and the keys were just read ──────────────────▶ UNAVAILABLE: retry after the cool-down
 *   the keys cannot be read, or just could not be ─────────▶ UNAVAILABLE
 */
export class KeySet {
  readonly #keys: ReturnType<typeof createRemoteJWKSet>
  /** How often the keys had been read when each unknown key was first presented. */
  readonly #unknown = new Map<string, number>()
  /** When the last successful read of the keys began, and its number. */
  #readAt = Number.NEGATIVE_INFINITY
  #read = 0
  /** The same of the last read that was tried. */
  #begunAt = Number.NEGATIVE_INFINITY
  #begun = 0
  #reading: Promise<void> | undefined
  #failure: unknown
  #isAway = false

  constructor(
    url: string,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {
    // This class decides when the keys are read, by the server's clock.
    const never = { cacheMaxAge: Number.POSITIVE_INFINITY, cooldownDuration: Number.POSITIVE_INFINITY }
    this.#keys = createRemoteJWKSet(new URL(url), never)
  }

  /** Rejects with an AuthError, or with the jose error that describes the token's fault. */
  async verify(token: string, options: JWTVerifyOptions): Promise<Verified> {
    const shownAt = this.#begun
    if (this.#leftOf(MAX_AGE_MS, this.#readAt) === 0) await this.#refresh()
    try {
      return await this.#tryKeys(token, options)
    } catch (error) {
      if (!isUnknownKey(token, error)) throw error
      const firstShownAt = this.#noteUnknown((kidOf(token) ?? '').slice(0, KEY_NAME_LENGTH), shownAt)
      return this.#verifyAnew(token, options, firstShownAt, error)
    }
  }

  async #verifyAnew(
    token: string,
    options: JWTVerifyOptions,
    shownAt: number,
    cause: unknown,
  ): Promise<Verified> {
    if (this.#mayRefresh) {
      await this.#refresh()
      try {
        return await this.#tryKeys(token, options)
      } catch (error) {
        if (!isUnknownKey(token, error)) throw error
      }
    }
    if (this.#read > shownAt) throw new AuthError('TOKEN_INVALID', { cause })
    throw new AuthError('UNAVAILABLE', { cause, retryAfterMs: this.#coolDownMs })
  }

  /** A clock that was set back must not delay the next read by as much. */
  #leftOf(ms: number, since: number): number {
    const age = this.clock.now() - since
    return age >= 0 && age < ms ? ms - age : 0
  }

  /** 0: the provider may be asked. */
  get #coolDownMs(): number {
    return this.#leftOf(this.#read === 0 ? FIRST_COOL_DOWN_MS : COOL_DOWN_MS, this.#begunAt)
  }

  /** A read that is under way may be waited for. */
  get #mayRefresh(): boolean {
    return this.#reading !== undefined || this.#coolDownMs === 0
  }

  /** A token need not name its key; then each matching key is tried. */
  async #tryKeys(token: string, options: JWTVerifyOptions): Promise<Verified> {
    try {
      return await jwtVerify(token, this.#keys, options)
    } catch (several) {
      if (!(several instanceof errors.JWKSMultipleMatchingKeys)) throw several
      for await (const key of several) {
        try {
          return await jwtVerify(token, key, options)
        } catch (error) {
          if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw error
        }
      }
      throw new errors.JWSSignatureVerificationFailed()
    }
  }

  async #refresh(): Promise<void> {
    // Without the time to come back: all devices would come at once, where each waits longer and longer by itself.
    if (!this.#mayRefresh) throw new AuthError('UNAVAILABLE', { cause: this.#failure })
    this.#reading ??= this.#readOnce().finally(() => {
      this.#reading = undefined
    })
    return this.#reading
  }

  async #readOnce(): Promise<void> {
    const no = ++this.#begun
    const startedAt = this.clock.now()
    this.#begunAt = startedAt
    try {
      await this.#keys.reload()
    } catch (cause) {
      if (!this.#isAway) this.log.warn({ err: cause }, 'the key set cannot be read')
      this.#isAway = true
      this.#failure = cause
      throw new AuthError('UNAVAILABLE', { cause })
    }
    if (this.#isAway) this.log.info({}, 'the key set is read again')
    this.#isAway = false
    this.#readAt = startedAt
    this.#read = no
  }

  #noteUnknown(kid: string, shownAt: number): number {
    const first = this.#unknown.get(kid) ?? shownAt
    this.#unknown.set(kid, first)
    const [oldest] = this.#unknown.keys()
    if (this.#unknown.size > UNKNOWN_KEYS && oldest !== undefined) this.#unknown.delete(oldest)
    return first
  }
}

/** If a token does not name its key, a new key cannot be distinguished from a wrong signature. */
function isUnknownKey(token: string, error: unknown): boolean {
  if (error instanceof errors.JWKSNoMatchingKey) return true
  return error instanceof errors.JWSSignatureVerificationFailed && kidOf(token) === undefined
}

const kidOf = (token: string): string | undefined => decodeProtectedHeader(token).kid
