import type { ClientEvent, OkAck, Payload, UserId } from '@roomful/protocol'
import { actingUser } from '../auth/acting-user'
import type { Authenticate, Identity } from '../auth/identity'
import type { Provisioning } from '../auth/provisioning'
import type { Bus } from '../cluster/bus'
import type { InvitationPolicy } from '../core/consent'
import type { Actor, Refusal } from '../core/ops'
import type { RoomKinds } from '../core/room-kinds'
import type { Quotas } from '../costs/quotas'
import type { FileStore } from '../files/file-store'
import type { Device } from '../hub/device'
import type { Hub } from '../hub/hub'
import type { Hooks } from '../moderation/hooks'
import type { Purges } from '../node/purges'
import type { Names } from '../pipeline/names'
import type { Pipeline } from '../pipeline/port'
import type { Clock } from '../ports/clock'
import type { Ids } from '../ports/ids'
import type { Log } from '../ports/log'
import type { Meter } from '../ports/meter'
import type { AppRules } from '../rules/app-rules'
import type { Store } from '../stores/port'
import type { Streams } from '../streams/streams'
import type { OneAtATime } from './one-at-a-time'
import type { PublishedReads } from './published-reads'
import type { Rates } from './rates'
import type { SyncTurns } from './sync-turns'
import type { TypingSignals } from './typing-signals'

/** Everything the handlers of one node use. */
export type Services = {
  readonly store: Store
  readonly pipeline: Pipeline
  readonly hub: Hub
  readonly bus: Bus
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Log
  readonly meter: Meter
  readonly hooks: Hooks
  /** Names that may stand between colons as a reaction. */
  readonly customEmoji: ReadonlySet<string>
  /** The app's own kinds of rooms. */
  readonly kinds: RoomKinds
  /** What the app permits, beside the table of permissions. */
  readonly rules: AppRules
  readonly policy: InvitationPolicy
  /** Where uploads are; absent: this server takes none. */
  readonly files?: FileStore
  readonly sendRates: Rates<UserId>
  /** By user and room: how many joins and leaves are logged. */
  readonly comings: Rates<string>
  /** What the requests of a user may cost, in units of `costs/prices.ts`. */
  readonly budgets: Rates<UserId>
  /** How fast they may use that up. */
  readonly paces: Rates<UserId>
  readonly quotas: Quotas
  /** Reports of one user, one after the other. */
  readonly reporting: OneAtATime<UserId>
  readonly typingSignals: TypingSignals
  /** Growing messages. */
  readonly streams: Streams
  readonly publishedReads: PublishedReads
  readonly syncTurns: SyncTurns
  readonly authenticate: Authenticate
  readonly provisioning: Provisioning
  readonly names: Names
  /** Purges of deleted rooms. */
  readonly purges: Pick<Purges, 'begin' | 'stop'>
}

/** Answers one decoded request with the ack or a refusal. It may throw; the caller then answers INTERNAL. */
export type Handler<E extends ClientEvent> = (
  services: Services,
  device: Device,
  payload: Payload<E>,
) => Promise<OkAck<E> | Refusal>

/** Once an identity, as `actingUser`. */
const actors = new WeakMap<Identity, Actor>()

export function actorOf({ identity }: Device): Actor {
  const known = actors.get(identity)
  if (known) return known
  const actor: Actor = { ...actingUser(identity), admin: identity.admin }
  actors.set(identity, actor)
  return actor
}
