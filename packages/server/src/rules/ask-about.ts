import type { MessageId, RoomId, UserId } from '@roomful/protocol'
import type { Identity } from '../auth/identity'
import { type Action, denialOf } from '../core/authorise'
import type { Op, Refusal, StoredMessage, Verdict } from '../core/ops'
import { refuse } from '../core/refusal'
import { NO_KINDS, type RoomKinds } from '../core/room-kinds'
import { toWire } from '../core/stored-message'
import type { Membership, Reader, Store } from '../stores/port'
import type { AppRules, Asked } from './app-rules'
import { aboutOf, actionsOf } from './asked-of-op'

type Deps = { readonly rules: AppRules; readonly kinds: RoomKinds; readonly store: Pick<Store, 'read'> }
type User = Pick<Identity, 'id' | 'name' | 'avatarUrl' | 'admin' | 'claims'>
type About = {
  readonly roomId: RoomId
  readonly target?: UserId | undefined
  readonly messageId?: MessageId | undefined
}

/**
 * The table forbade the act when it was looked at, and the app was not asked. The table's own refusal comes first under
 * the lock; only where it permits the act by then the user has to try again.
 */
const NOT_ASKED: Verdict = { refused: refuse('UNAVAILABLE') }

/** Rooms that the app is asked about at a time. */
const AT_ONCE = 16

/**
 * The app's refusal of an act in a room. Undefined: it has none. It is not asked about what the table forbids: that is
 * refused by the table, and the app's answer would reveal the room.
 */
export async function appRefusal(
  { rules, kinds, store }: Deps,
  user: User,
  action: Action,
  { roomId, target, messageId }: About,
): Promise<Refusal | undefined> {
  if (!rules.areAsked) return undefined
  const found = await store.read((reader) => factsFor(reader, user.id, { roomId, messageId }))
  if (!found || !isPermitted(kinds, action, user, found)) return undefined
  return rules.refusalOf(user, action, factsOf(user, found, target))
}

const isPermitted = (
  kinds: RoomKinds,
  action: Action,
  { admin }: User,
  { room, member }: Membership,
): boolean => denialOf(action, { room, member, serverAdmin: admin, kinds }) === undefined

const factsOf = ({ id }: User, { room, member, message }: Facts, target: UserId | undefined): Asked => ({
  ...{ room, member },
  ...(target === undefined ? {} : { target }),
  ...(message === undefined ? {} : { message: toWire(message, id) }),
})

/** The app's verdict on an op, to be decided with it under the room's lock. */
export async function verdictOn(
  { rules, kinds, store }: Deps,
  user: User,
  roomId: RoomId,
  op: Op,
): Promise<Verdict> {
  if (!rules.areAsked) return {}
  const about = aboutOf(op)
  const found = await store.read((reader) => factsFor(reader, user.id, { roomId, ...about }))
  if (!found) return NOT_ASKED
  for (const action of actionsOf(op, found)) {
    // An invitation lets its user into a room that they could not join.
    const isOpen = op.kind === 'accept' || isPermitted(kinds, action, user, found)
    if (!isOpen) return action === 'skip-slow-mode' ? { waits: true } : NOT_ASKED
    const refused = await rules.refusalOf(user, action, factsOf(user, found, about.target))
    if (refused?.code === 'REFUSED' && action === 'skip-slow-mode') return { waits: true }
    if (refused) return { refused }
  }
  return {}
}

/**
 * Which of these rooms the app does not let the user read. A refusal: it could not be asked about one of them, and so
 * about none.
 */
export async function refusedReads(
  { rules }: Pick<Deps, 'rules'>,
  user: User,
  memberships: readonly Membership[],
): Promise<ReadonlySet<RoomId> | Refusal> {
  const refusedRooms = new Set<RoomId>()
  if (!rules.areAsked) return refusedRooms
  let failure: Refusal | undefined
  const rest = memberships.values()
  const askForSome = async (): Promise<void> => {
    for (const { room, member } of rest) {
      if (failure) return
      if (denialOf('read', { room, member, serverAdmin: user.admin, kinds: NO_KINDS })) continue
      const refused = await rules.refusalOf(user, 'read', { room, member })
      if (refused?.code === 'REFUSED') refusedRooms.add(room.id)
      else failure ??= refused
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, askForSome))
  return failure ?? refusedRooms
}

type Facts = Membership & { readonly message: StoredMessage | undefined }

/** Undefined: there is no such room, or no such message in it, and the table refuses it. */
async function factsFor(
  reader: Reader,
  userId: UserId,
  { roomId, messageId }: Omit<About, 'target'>,
): Promise<Facts | undefined> {
  const [found] = await reader.memberships(userId, [roomId])
  if (!found || messageId === undefined) return found && { ...found, message: undefined }
  const seq = await reader.seqOfMessage(roomId, messageId)
  if (seq === undefined) return undefined
  const query = { roomId, fromSeq: seq, toSeq: seq, includeDeleted: true, take: 'oldest', limit: 1 } as const
  const [message] = await reader.messages(query)
  return message && { ...found, message }
}
