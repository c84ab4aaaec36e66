import * as v from 'valibot'
import { EVENT_TYPES, type EventType, isEventType } from '../core/chat-event'
import { isRequestable, NOT_REQUESTABLE } from '../requested-address'

/** More would make each commit write more than it says. */
const ENDPOINTS_MAX = 20
const SECRET = /^whsec_([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/
const KEY_BYTES = { least: 24, most: 64 }

const secret = v.pipe(
  v.string('must be texts'),
  v.check((text) => {
    const bytes = SECRET.test(text) ? keyOf(text).length : 0
    return bytes >= KEY_BYTES.least && bytes <= KEY_BYTES.most
  }, 'must be whsec_ and then 24 to 64 bytes in base64'),
)

const endpoint = v.strictObject({
  id: v.pipe(v.string(), v.regex(/^[\w-]{1,64}$/, 'must be a name of letters, digits, _ and -')),
  url: v.pipe(v.string(), v.check(isRequestable, NOT_REQUESTABLE)),
  secrets: v.pipe(v.array(secret), v.minLength(1, 'must be one secret or more'), v.maxLength(5)),
  types: v.exactOptional(
    v.array(
      v.custom<EventType>(
        (type) => typeof type === 'string' && isEventType(type),
        `must be among ${EVENT_TYPES.join(', ')}`,
      ),
    ),
  ),
  rooms: v.exactOptional(v.array(v.string())),
})

/** What `--webhooks-file` holds, and `webhooks` of the options. The messages name no value: it may be a secret. */
export const WebhookEndpoints = v.pipe(
  v.array(endpoint, 'must be a list of endpoints'),
  v.maxLength(ENDPOINTS_MAX, `must be at most ${ENDPOINTS_MAX} endpoints`),
  v.check(
    (endpoints) => new Set(endpoints.map(({ id }) => id)).size === endpoints.length,
    'must be endpoints with different ids',
  ),
)

/** Where events are posted. The address is the operator's own: it may be inside the network. */
export type WebhookEndpoint = {
  /**
   * Its name in the database: letters, digits, _ and -. What waits for an endpoint waits for this name, so a new
   * address under the old name gets it too.
   */
  readonly id: string
  readonly url: string
  /**
   * `whsec_` and 24 to 64 random bytes in base64, as Standard Webhooks have them. Each call is signed with all of them,
   * so that a receiver can go over to a new one: add it, let the receiver check with it, remove the old one.
   */
  readonly secrets: readonly string[]
  /** Only these types of events; all by default. */
  readonly types?: readonly EventType[]
  /** Only events of these rooms; of all rooms and users by default. */
  readonly rooms?: readonly string[]
}

/** What is wrong with the endpoints, such as `0.url must be …`: one line each. */
export function faultsOf(endpoints: unknown): readonly string[] {
  const { issues = [] } = v.safeParse(WebhookEndpoints, endpoints)
  return issues.map((issue) => {
    const at = issue.path?.map(({ key }) => String(key)).join('.')
    const what =
      issue.kind === 'schema' && issue.type === 'strict_object'
        ? 'is not a setting, or is missing'
        : issue.message
    return at === undefined ? what : `${at} ${what}`
  })
}

/** The bytes of a secret. */
export const keyOf = (text: string): Buffer => Buffer.from(text.replace(/^whsec_/, ''), 'base64')
