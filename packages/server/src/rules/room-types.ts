import { LIMITS, type RoomType } from '@roomful/protocol'
import { PERMISSIONS } from '../core/authorise'
import type { Refusal } from '../core/ops'
import { refuse } from '../core/refusal'
import type { Allowed, KindAction, KindRules, RoomKinds } from '../core/room-kinds'

/**
 * The rules of one kind of rooms. `base`: what it is in all that is not named here. Each action may be given to
 * `member`, `admin`, `owner` (and who ranks above), `server-admin`, or `api`: no user, only the server API.
 *
 * @example
 * const support: RoomTypeRules = { base: 'private', create: 'api', invite: 'server-admin', leave: 'api' }
 */
export type RoomTypeRules = {
  readonly base: 'public' | 'private'
  /** Who makes such rooms: `anyone` (the default), `admin` (of the server), or `api`. */
  readonly create?: 'anyone' | 'admin' | 'api'
} & { readonly [A in KindAction]?: Allowed }

/** By name: a short word, such as `support`. */
export type RoomTypes = Readonly<Record<string, RoomTypeRules>>

const NAME = /^[a-z][a-z0-9-]*$/
const BASES = new Set<unknown>(['public', 'private'])
const CREATORS = new Set<unknown>(['anyone', 'admin', 'api'])
const ALLOWED = new Set<unknown>(['member', 'admin', 'owner', 'server-admin', 'api'])
/** Who joins has no role yet. */
const ALLOWED_TO_JOIN = new Set<unknown>(['server-admin', 'api'])

/** What is wrong with the option, a line each: it may come from an app without types. */
export function roomTypeProblems(types: RoomTypes): string[] {
  return Object.entries(types).flatMap(([name, { base, create, ...actions }]) => {
    const of = `the room type ${JSON.stringify(name)}`
    return [
      ...(NAME.test(name) && name.length <= LIMITS.typeLength
        ? []
        : [`${of} needs a name of at most ${LIMITS.typeLength} characters: a-z, 0-9 and -`]),
      ...(BASES.has(base) ? [] : [`${of} needs a base: public or private`]),
      ...(create === undefined || CREATORS.has(create)
        ? []
        : [`${of} can be made by (create): anyone, admin or api`]),
      ...Object.entries(actions).flatMap(([action, allowed]) => actionProblems(of, action, allowed)),
    ]
  })
}

function actionProblems(of: string, action: string, allowed: unknown): string[] {
  if (action === 'read' || action === 'edit-other' || !Object.hasOwn(PERMISSIONS, action))
    return [`${of} has a rule for ${JSON.stringify(action)}, which is no action that it can have one for`]
  const values = action === 'join' ? ALLOWED_TO_JOIN : ALLOWED
  return values.has(allowed) ? [] : [`${of}: ${action} can be given to ${[...values].join(', ')}`]
}

/** The same as the rules of the core. */
export function kindsOf(types: RoomTypes = {}): RoomKinds {
  return new Map(
    Object.entries(types).map(([name, { base, create = 'anyone', ...who }]): [string, KindRules] => [
      name,
      { base, create, who },
    ]),
  )
}

/** Why this creator cannot make a room of this kind; undefined: they can. */
export function kindRefusal(
  kinds: RoomKinds,
  { kind, type }: { readonly kind?: string | undefined; readonly type: RoomType },
  creator: 'user' | 'admin' | 'api',
): Refusal | undefined {
  if (kind === undefined) return undefined
  const rules = kinds.get(kind)
  if (!rules) return refuse('INVALID_PAYLOAD', { field: 'kind' })
  if (creator !== 'api' && (rules.create === 'api' || (rules.create === 'admin' && creator === 'user')))
    return refuse('FORBIDDEN', { field: 'kind' })
  return rules.base === type ? undefined : refuse('INVALID_PAYLOAD', { field: 'type' })
}
