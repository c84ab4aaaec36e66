import type { Member } from '@roomful/protocol'
import { actingUser } from '../auth/acting-user'
import type { Identity } from '../auth/identity'
import { standingIn } from '../core/authorise'
import type { Claims } from '../core/claims'
import type { Refusal } from '../core/ops'
import { refuse } from '../core/refusal'
import { refused } from '../moderation/refused'
import { APP_TIMEOUT_MS, TooSlow, withinTime } from '../moderation/within-time'
import type { Clock } from '../ports/clock'
import type { Log } from '../ports/log'
import { sha256 } from '../ports/sha-256'
import type { Authorization, Authorize, AuthorizedAct, AuthorizedAction } from './authorize'
import { VerdictCache } from './verdict-cache'

const CACHE_MAX_MS = 5 * 60_000

export type Asked = Omit<AuthorizedAct, 'user'> & {
  /** The user's row in the room: a verdict is kept for one standing, and asked anew for another. */
  readonly member?: Member | undefined
}

/** Asks the app's `authorize`, if there is one. */
export class AppRules {
  readonly #verdicts: VerdictCache

  constructor(
    private readonly deps: {
      readonly authorize: Authorize | undefined
      readonly clock: Clock
      readonly log: Log
    },
  ) {
    this.#verdicts = new VerdictCache(deps.clock)
  }

  /** False: every answer is that nothing is refused, so that nothing needs to be read for the question. */
  get areAsked(): boolean {
    return this.deps.authorize !== undefined
  }

  /** The app's refusal; undefined: it has none. Never rejects: what cannot be asked is refused for now. */
  async refusalOf(
    identity: Pick<Identity, 'id' | 'name' | 'avatarUrl' | 'admin' | 'claims'>,
    action: AuthorizedAction,
    { member, ...asked }: Asked = {},
  ): Promise<Refusal | undefined> {
    const { authorize, clock, log } = this.deps
    if (!authorize) return undefined
    const user = { ...actingUser(identity), admin: identity.admin }
    const act: AuthorizedAct = { user, ...asked }
    const key = await keyOf(action, act, member)
    const known = this.#verdicts.get(key)
    if (known) return known.refusal
    try {
      const answer = await withinTime(clock, 'authorize', () => authorize(action, act))
      const { refusal, cacheMs } = readAnswer(answer)
      if (cacheMs > 0) this.#verdicts.put(key, { refusal }, Math.min(cacheMs, CACHE_MAX_MS))
      return refusal
    } catch (error) {
      log.error({ err: error, action, roomId: asked.room?.id }, 'authorize failed')
      return error instanceof TooSlow
        ? refuse('UNAVAILABLE', { retryAfterMs: APP_TIMEOUT_MS })
        : refuse('INTERNAL')
    }
  }
}

/** Anything else than these answers, such as none at all, is a fault of the app and permits nothing. */
function readAnswer(answer: Authorization): { refusal: Refusal | undefined; cacheMs: number } {
  if (answer === true) return { refusal: undefined, cacheMs: 0 }
  if (answer === false) return { refusal: refused(undefined), cacheMs: 0 }
  const { cacheMs = 0 } = answer
  if ('deny' in answer) return { refusal: refused(answer.deny), cacheMs }
  if (answer.allow === true) return { refusal: undefined, cacheMs }
  throw new TypeError('authorize answered neither allow nor deny')
}

/** No id has a space; the ids of `create-room` and `open-dm` are as many as there are members. */
async function keyOf(
  action: AuthorizedAction,
  act: AuthorizedAct,
  member: Member | undefined,
): Promise<string> {
  const { user, room, target = '', members = [], message, fileId = '', operation = '' } = act
  const standing = room ? standingIn(room, member) : ''
  const who = [user.id, user.admin, user.claims === undefined ? '' : await digestOf(user.claims)]
  const ids = [...who, room?.id ?? '', standing, target, message?.id ?? '', fileId, operation, ...members]
  return `${action} ${ids.join(' ')}`
}

const digests = new WeakMap<Claims, string>()

/** Two connections of a user may have other claims, and another verdict. */
async function digestOf(claims: Claims): Promise<string> {
  const known = digests.get(claims)
  if (known !== undefined) return known
  const digest = await sha256(JSON.stringify(claims))
  digests.set(claims, digest)
  return digest
}
